/**
 * What an application writes of a message: all of it except what the runtime fills in, which are its constants and, if
 * the runtime correlates the message, its correlation id.
 */
import { enclose, literal, propertyKey } from '../source/typescript-source.ts';
import type { MessageModel, OperationModel } from './contract-model.ts';

/**
 * The type of the content. A nested correlation id is optional in it.
 *
 * @param others further properties that the runtime fills in
 */
export function contentType(
  message: MessageModel,
  isCorrelated: boolean,
  others: readonly string[] = [],
): string {
  const { type, correlationId } = message;
  const filled = [...filledProperties(message, isCorrelated), ...others];
  const isNested = isCorrelated && correlationId !== null && correlationId.length > 1;
  const own = isNested ? `Uncorrelated<${type}, [${correlationId.map(literal).join(', ')}]>` : type;
  return filled.length === 0 ? own : `Content<${own}, ${filled.map(literal).join(' | ')}>`;
}

/** The content of a value of the message. */
export function contentOf(message: MessageModel, value: unknown, isCorrelated: boolean): unknown {
  const filled = filledProperties(message, isCorrelated);
  if (filled.length === 0 || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !filled.includes(name)));
}

/** What a request resolves with: the only reply, or one of several. */
export function answerType({ reply, wrapsReply }: OperationModel): string {
  const [only, second] = reply ?? [];
  if (second === undefined) return only?.type ?? 'never';
  const byName = enclose(
    '{',
    (reply ?? []).map(({ name, type }) => `readonly ${propertyKey(name)}: ${type}`),
    '}',
    ';',
  );
  return `Answer<${wrapsReply ? `Named<${byName}>` : byName}>`;
}

function filledProperties(
  { constants, correlationId }: MessageModel,
  isCorrelated: boolean,
): readonly string[] {
  const isTopLevel = isCorrelated && correlationId?.length === 1;
  return [...Object.keys(constants), ...(isTopLevel ? correlationId : [])];
}
