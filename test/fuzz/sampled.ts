import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type {
  ChannelModel,
  MessageModel,
  MessageTag,
  SecurityModel,
} from '../../scripts/posted/asyncapi/contract-model.ts';
import { compilerOf } from '../../scripts/posted/schemas/compiler.ts';
import { schemesToSend } from '../corpus/credentials.ts';
import type { CorpusDocument } from '../corpus/document.ts';
import { payloadsOf } from './payload.ts';

const payloadsOfMessage = 40;

/** Servers reject text with an unpaired surrogate. */
const unsendable = /\\ud[89a-f]../;

/**
 * Adds to each message an example generated from its schema, if one is found. Operations with replies are left out,
 * because only an author can tell which reply belongs to a request. So are channels with two credentials in one place.
 */
export function sampled(document: CorpusDocument, seed: number): CorpusDocument {
  const { schemas, model } = document;
  const payloads = payloadsOf(
    Object.fromEntries([...schemas.definitions].map(([name, { schema }]) => [name, schema])),
  );
  const compiler = compilerOf(schemas, 'json');

  function withExample(message: MessageModel): MessageModel {
    const { definition, tag } = message;
    const payload = definition === null ? undefined : payloads.get(definition);
    if (definition === null || payload === undefined) return message;
    const matches = compiler.compile(definition);
    const example = fc
      .sample(payload, { seed, numRuns: payloadsOfMessage })
      .map((value) => JSON.stringify(value))
      .filter((json) => !unsendable.test(json))
      // As it arrives in a frame: JSON has no -0.
      .map((json): unknown => JSON.parse(json))
      .find((value) => matches(value) && hasTag(value, tag));
    return { ...message, examples: example === undefined ? [] : [example] };
  }

  const channels = model.channels.filter(isPlain).map((channel): ChannelModel => {
    const [send, receive] = [channel.send.map(withExample), channel.receive.map(withExample)];
    const operations = channel.operations
      .filter(({ reply }) => reply === null)
      .map((operation) => {
        const known = operation.action === 'send' ? send : receive;
        const messages = operation.messages.flatMap((own) => {
          const message = known.find(({ name }) => name === own.message.name);
          return message === undefined ? [] : [{ ...own, message }];
        });
        return { ...operation, messages };
      });
    return { ...channel, send, receive, operations };
  });
  return { ...document, model: { ...model, channels } };
}

/** Whether clients only send and receive, and can provide all credentials at once. */
function isPlain(channel: ChannelModel): boolean {
  const requests = channel.operations.some(({ action, reply }) => action === 'send' && reply !== null);
  return (
    !requests &&
    schemesToSend(channel).every((schemes) => new Set(schemes.map(locationOf)).size === schemes.length)
  );
}

function locationOf({ in: location, parameter }: SecurityModel): string {
  return location === 'header' || location === 'query' || location === 'cookie'
    ? `${location} ${parameter}`
    : 'authorization';
}

function hasTag(value: unknown, tag: MessageTag | null): boolean {
  const found = tag?.path.reduce<unknown>(
    (current, key) => (Object.hasOwn(Object(current), key) ? Reflect.get(Object(current), key) : undefined),
    value,
  );
  return tag === null || tag.values.some((expected) => isDeepStrictEqual(expected, found));
}
