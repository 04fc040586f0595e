import type { ContractNode } from '../../contract/contract-node.ts';
import { joinPointer } from '../../contract/json-pointer.ts';
import { isSchemaObject } from '../../schemas/json-schema.ts';
import { pascalCase } from '../../source/identifiers.ts';
import type { DurableChannel } from './check-delivery.ts';
import type { DeliveryDraft } from './delivery-draft.ts';
import { schemaDifference } from './difference.ts';
import { reportClosed } from './report-closed.ts';

/** The property with a message's cursor, beside its other properties. */
const cursorProperty = 'cursor';

const exampleCursor = 'AAECAwQFBgcICQoLDA0ODwAAAAAAKg';

const reference = { $ref: '#/components/schemas/Cursor' };

/** Adds a cursor to the durable messages of all channels. Plain connections get them without it. */
export function addCursors(draft: DeliveryDraft, channels: readonly DurableChannel[]): void {
  const durable = channels.flatMap(({ channel, node, delivery }) => {
    const messages = channel.get('messages');
    return delivery.messages.flatMap((name) => {
      const message = messages?.get(name);
      return messages === undefined || message === undefined ? [] : [{ name, node, messages, message }];
    });
  });
  const entries = durable.map(({ name, messages }) => joinPointer(messages.pointer, name));
  const payloads = durable.map(({ message }) => joinPointer(message.pointer, 'payload'));
  for (const { name, node, messages, message } of durable) {
    if (!canHaveCursor(name, message)) continue;
    const holder = { pointer: messages.pointer, origin: messages };
    const own = draft.own(holder, name, { others: entries });
    const component = `${pascalCase(name)}Message`;
    const payload = draft.own(own, 'payload', { others: payloads, component });
    const property = joinPointer(payload.pointer, 'properties', cursorProperty);
    if (draft.get(property) !== undefined) continue;
    draft.set(property, draft.withComponents(reference, node), node);
    addExample(draft, joinPointer(own.pointer, 'examples'), node);
  }
}

/** Reports a message that cannot have a cursor, or has another `cursor`. */
function canHaveCursor(name: string, message: ContractNode): boolean {
  const payload = message.get('payload');
  if (payload === undefined || !isSchemaObject(payload.value) || !isOfObject(payload.value.type)) {
    const what = `a durable message must be an object, which \`${cursorProperty}\` is added to`;
    (payload ?? message).report(what, `use \`type: object\`, or remove \`${name}\` from x-delivery`);
    return false;
  }
  const headers = message.get('headers');
  if (headers !== undefined) {
    headers.report('a durable message cannot have headers', 'move them to the payload');
    return false;
  }
  const known = payload.get('properties', cursorProperty);
  const { required } = payload.value;
  if (Array.isArray(required) && required.includes(cursorProperty)) {
    payload.reportAt(
      'required',
      `\`${cursorProperty}\` cannot be required, because plain connections get the message without it`,
      `remove it from \`required\``,
    );
    return false;
  }
  const difference = known === undefined ? null : schemaDifference(reference, known);
  if (difference !== null) {
    const what = `\`${cursorProperty}\` differs from the property that x-delivery adds: ${difference.what}`;
    difference.node.report(what, 'rename it, or remove it');
    return false;
  }
  return known !== undefined || !reportClosed(payload, cursorProperty);
}

function isOfObject(type: unknown): boolean {
  return type === undefined || type === 'object';
}

/** Repeats the first example with a cursor, as a resumable connection gets the message. */
function addExample(draft: DeliveryDraft, examples: string, node: ContractNode): void {
  const list = draft.get(examples);
  const [first] = Array.isArray(list) ? list : [];
  const payload: unknown = Object(first).payload;
  if (!Array.isArray(list) || !isSchemaObject(payload)) return;
  const example = {
    name: 'resumable',
    summary: 'On a resumable connection',
    payload: { ...payload, [cursorProperty]: exampleCursor },
  };
  draft.set(joinPointer(examples, list.length), example, node);
}
