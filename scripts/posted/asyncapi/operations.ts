import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, pointerOfReference } from '../contract/json-pointer.ts';
import * as fields from './asyncapi-fields.ts';
import type { Endpoint } from './endpoints.ts';
import { withOneReceiver, withUniqueNames } from './operation-messages.ts';
import type { NamedMessage, ReadOperation } from './read-operation.ts';
import { referenceIn } from './references.ts';

/** All operations of the contract, by their endpoints. */
export function readOperations(
  root: ContractNode,
  endpoints: readonly Endpoint[],
): ReadonlyMap<Endpoint, readonly ReadOperation[]> {
  const byEndpoint = new Map<Endpoint, readonly ReadOperation[]>();
  for (const [name, node] of root.get('operations')?.entries ?? []) {
    const channel = node.get('channel');
    const own = endpoints.filter(({ channels }) =>
      channels.some(({ pointer }) => pointer === channel?.pointer),
    );
    if (channel === undefined || own.length === 0) {
      if (channel !== undefined && channel.text('address') === '') {
        channel.reportAt('address', 'a channel without an address cannot be served', 'set it to a URL path');
      }
      continue;
    }
    for (const endpoint of own) {
      const operation = readOperation(name, node, channel, endpoint);
      if (operation.messages.length === 0) {
        const fix = 'add one, or remove the operation';
        node.warn('no code is generated for this operation: it has no messages', fix);
      } else {
        byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), operation]);
      }
    }
  }
  for (const [endpoint, all] of byEndpoint) byEndpoint.set(endpoint, withOneReceiver(withUniqueNames(all)));
  return byEndpoint;
}

function readOperation(
  name: string,
  node: ContractNode,
  channel: ContractNode,
  endpoint: Endpoint,
): ReadOperation {
  checkFields(node, fields.operationFields);
  fields.refuseWsBindings(node, 'an operation');
  return {
    name,
    node,
    action: node.text('action') === 'receive' ? 'receive' : 'send',
    messages: messagesOf(channel, node),
    reply: readReply(node, channel, endpoint),
    channelNames: { messages: channel.key, reply: node.get('reply', 'channel')?.key ?? channel.key },
  };
}

/** On a WebSocket, a reply uses the connection of its request, so it has the same address. */
function readReply(
  operation: ContractNode,
  channel: ContractNode,
  endpoint: Endpoint,
): readonly NamedMessage[] | null {
  const reply = operation.get('reply');
  if (reply === undefined) return null;
  checkFields(reply, fields.replyFields);
  const target = reply.get('channel') ?? channel;
  const isHere = endpoint.channels.some(({ pointer }) => pointer === target.pointer);
  if (!isHere && target.text('address') !== '') {
    reply.reportAt(
      'channel',
      'the reply has another address, but a WebSocket reply uses the same connection',
      "give the reply channel the address of the operation's channel, or `address: null`",
    );
  }
  const messages = messagesOf(target, reply);
  if (messages.length === 0) reply.report('the reply has no messages', 'add one, or remove the reply');
  return messages;
}

/** The messages of its channel that an operation or a reply lists; all of them if it lists none. */
function messagesOf(channel: ContractNode, owner: ContractNode): readonly NamedMessage[] {
  const messages = channel.get('messages');
  const all = messages?.entries ?? [];
  const named = owner.get('messages');
  if (messages === undefined || named === undefined) return all;
  // A channel may have one message under two names. The operation's reference selects one of them.
  const targets = new Set(listOf(named.value).map((item) => targetOf(item, owner)));
  const selected = all.filter(([name]) => targets.has(joinPointer(messages.pointer, name)));
  if (selected.length > 0) return selected;
  const pointers = new Set(named.items.map(({ pointer }) => pointer));
  return all.filter(([, { pointer }]) => pointers.has(pointer));
}

function targetOf(item: unknown, { document }: ContractNode): string | null {
  const target = pointerOfReference(referenceIn(item) ?? '');
  return target === null ? null : document.origin(target);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
