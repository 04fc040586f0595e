import { joinPointer } from '../../contract/json-pointer.ts';
import jsonEqual from '../../schemas/json-equal.ts';
import { Names, pascalCase } from '../../source/identifiers.ts';
import type { DurableChannel } from './check-delivery.ts';
import { controlParts, referenceTo } from './control-parts.ts';
import type { DeliveryDraft } from './delivery-draft.ts';
import { messageDifference } from './difference.ts';

/** Adds the control messages of a durable channel, their operations, and `x-resume`, which names them. */
export function addControlMessages(draft: DeliveryDraft, durable: DurableChannel): void {
  listMessages(draft, durable);
  addMessages(draft, durable);
  addOperations(draft, durable);
  addResume(draft, durable);
}

/** Makes it explicit which messages an operation or a reply without a list has: it must not have the new ones. */
function listMessages(
  draft: DeliveryDraft,
  { name: channelName, channel, operations }: DurableChannel,
): void {
  const names = channel.get('messages')?.entries.map(([name]) => name) ?? [];
  const list = names.map((name) => messageReference(channelName, name));
  for (const { node } of operations) {
    const reply = node.get('reply');
    const owners = [node, ...(reply === undefined ? [] : [reply])];
    for (const owner of owners.filter((one) => one.get('messages') === undefined)) {
      const target = owner.get('channel') ?? node.get('channel');
      if (target?.pointer !== channel.pointer) continue;
      draft.set(joinPointer(owner.pointer, 'messages'), list, owner);
    }
  }
}

function addMessages(draft: DeliveryDraft, { channel, node, endpoint }: DurableChannel): void {
  const messages = channel.get('messages');
  for (const [name, part] of Object.entries(controlParts.messages)) {
    const elsewhere = endpoint.channels
      .filter(({ pointer }) => pointer !== channel.pointer)
      .map((other) => other.get('messages', name))
      .find((message) => message !== undefined);
    elsewhere?.report(`x-delivery adds a message \`${name}\` to this address`, 'rename this message');
    const own = messages?.get(name);
    if (own === undefined) {
      const pointer = joinPointer(messages?.pointer ?? joinPointer(channel.pointer, 'messages'), name);
      draft.set(pointer, draft.component('messages', name, node), node);
      continue;
    }
    const difference = messageDifference(part, own);
    difference?.node.report(
      `message \`${name}\` differs from the one that x-delivery adds: ${difference.what}`,
      'rename it, or remove it: x-delivery adds its own',
    );
  }
}

/** Adds the operations that the author has not written. */
function addOperations(draft: DeliveryDraft, { name, channel, node, operations }: DurableChannel): void {
  const messages = channel.get('messages');
  const names = new Names(draft.root.get('operations')?.entries.map(([operation]) => operation));
  for (const [suffix, { messages: all, ...part }] of Object.entries(controlParts.operations)) {
    const missing = all.filter((message) => {
      const own = messages?.get(message);
      return !operations.some(
        ({ action, messages: listed }) =>
          action === part.action && listed.some(([, { pointer }]) => pointer === own?.pointer),
      );
    });
    if (missing.length === 0) continue;
    const operation = names.claim(`${part.action}${pascalCase(name)}${suffix}`);
    const value = {
      ...part,
      channel: referenceTo(joinPointer('/channels', name)),
      messages: missing.map((message) => messageReference(name, message)),
    };
    draft.set(joinPointer('/operations', operation), value, node);
  }
}

function messageReference(channel: string, message: string): ReturnType<typeof referenceTo> {
  return referenceTo(joinPointer('/channels', channel, 'messages', message));
}

function addResume(draft: DeliveryDraft, { channel, node, delivery }: DurableChannel): void {
  const value = { ...controlParts.resume, query: delivery.resume };
  const own = channel.get('x-resume');
  if (own === undefined) {
    draft.set(joinPointer(channel.pointer, 'x-resume'), value, node);
  } else if (!jsonEqual(own.value, value)) {
    const what = `x-resume differs from that of x-delivery, which is ${JSON.stringify(value)}`;
    own.report(what, 'remove it: x-delivery adds it');
  }
}
