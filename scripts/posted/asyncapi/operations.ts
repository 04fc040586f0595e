import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, pointerOfReference } from '../contract/json-pointer.ts';
import * as fields from './asyncapi-fields.ts';
import type { Action } from './contract-model.ts';
import type { Endpoint } from './endpoints.ts';
import { referenceIn } from './references.ts';

/** The names that a handlers interface has for itself, beside those of its operations. */
const ownMembers: ReadonlySet<string> = new Set(['accept', 'closed', 'drained', 'opened', 'security']);

/** A message by the name that its channel has for it. */
type NamedMessage = readonly [name: string, node: ContractNode];

/** An operation, with its messages and with those that answer them. */
export interface ReadOperation {
  readonly name: string;
  readonly node: ContractNode;
  readonly action: Action;
  readonly messages: readonly NamedMessage[];
  /** Null where nothing answers. */
  readonly reply: readonly NamedMessage[] | null;
}

/** All operations of the contract, by the endpoint that they belong to. */
export function readOperations(
  root: ContractNode,
  endpoints: readonly Endpoint[],
): ReadonlyMap<Endpoint, readonly ReadOperation[]> {
  const byEndpoint = new Map<Endpoint, readonly ReadOperation[]>();
  for (const [name, node] of root.get('operations')?.entries ?? []) {
    const channel = node.get('channel');
    const endpoint = endpoints.find(({ channels }) =>
      channels.some(({ pointer }) => pointer === channel?.pointer),
    );
    if (channel === undefined || endpoint === undefined) {
      if (channel !== undefined && channel.text('address') === '') {
        const fix = 'give it the path of its URL';
        channel.reportAt('address', 'a channel without an address cannot be served', fix);
      }
      continue;
    }
    const operation = readOperation(name, node, channel, endpoint);
    byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), operation]);
  }
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
  if (ownMembers.has(name)) {
    node.report(`an operation cannot be called \`${name}\`: every channel's handlers have that`, 'rename it');
  }
  const messages = messagesOf(channel, node);
  if (messages.length === 0)
    node.report('an operation has no message', 'give it one, or remove the operation');
  return {
    name,
    node,
    action: node.text('action') === 'receive' ? 'receive' : 'send',
    messages,
    reply: readReply(node, channel, endpoint),
  };
}

/** On a WebSocket an answer goes back on the connection that the question came on: to the same address. */
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
      'the reply goes to another address: a WebSocket answers on the same connection',
      "give the reply channel the address of the operation's channel, or `address: null`",
    );
  }
  const messages = messagesOf(target, reply);
  if (messages.length === 0) reply.report('a reply has no message', 'give it one, or remove the reply');
  return messages;
}

/** The messages that an operation or a reply names of those of its channel, else all of them. */
function messagesOf(channel: ContractNode, owner: ContractNode): readonly NamedMessage[] {
  const messages = channel.get('messages');
  const all = messages?.entries ?? [];
  const named = owner.get('messages');
  if (messages === undefined || named === undefined) return all;
  // A channel may call one message by two names, of which an operation means the one that it refers to.
  const places = new Set(listOf(named.value).map((item) => placeOf(item, owner)));
  const meant = all.filter(([name]) => places.has(joinPointer(messages.pointer, name)));
  if (meant.length > 0) return meant;
  const pointers = new Set(named.items.map(({ pointer }) => pointer));
  return all.filter(([, { pointer }]) => pointers.has(pointer));
}

function placeOf(item: unknown, { document }: ContractNode): string | null {
  const target = pointerOfReference(referenceIn(item) ?? '');
  return target === null ? null : document.origin(target);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
