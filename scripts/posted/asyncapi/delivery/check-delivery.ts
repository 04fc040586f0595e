import type { ContractNode } from '../../contract/contract-node.ts';
import { nearestName } from '../../contract/nearest-name.ts';
import type { Endpoint } from '../endpoints.ts';
import type { ReadOperation } from '../read-operation.ts';
import { controlParts } from './control-parts.ts';
import type { ReadDelivery } from './read-delivery.ts';

/** A channel with `x-delivery`. */
export interface DurableChannel {
  readonly name: string;
  readonly channel: ContractNode;
  /** The extension. */
  readonly node: ContractNode;
  readonly delivery: ReadDelivery;
  readonly endpoint: Endpoint;
  /** The operations of its endpoint. */
  readonly operations: readonly ReadOperation[];
}

/** The query parameters with names that cannot be chosen. */
const reservedParameters = Object.keys(Object(controlParts.query.properties)).filter(
  (name) => name !== controlParts.resume.query,
);

/** Reports what a channel cannot be durable with. */
export function checkDelivery(durable: DurableChannel): void {
  for (const listed of listedMessages(durable)) checkMessage(durable, listed);
  checkSelection(durable);
  checkParameters(durable);
  checkEndpoint(durable);
}

/** Reports settings of the log, which all channels share, that differ. */
export function checkRetention(channels: readonly DurableChannel[]): void {
  const [first, ...others] = channels.filter(({ delivery }) => delivery.retentionMs !== null);
  for (const { node, delivery } of others) {
    if (delivery.retentionMs === first?.delivery.retentionMs) continue;
    const what = `\`retention\` differs from that of channel \`${first?.name}\`, but both share one log`;
    node.reportAt('retention', what, 'make them equal, or set it in one of them');
  }
}

/** An element of the list of durable messages, or of a group of them. */
interface ListedMessage {
  readonly name: string;
  readonly list: ContractNode;
  readonly index: number;
}

function listedMessages({ node, delivery: { select } }: DurableChannel): readonly ListedMessage[] {
  const messages = node.get('messages');
  if (messages === undefined) return [];
  const lists = select === null ? [messages] : messages.items;
  return lists.flatMap((list) =>
    list.items.map(({ value }, index) => ({ name: String(value), list, index })),
  );
}

function checkMessage(
  { name: channelName, channel, operations }: DurableChannel,
  { name, list: listed, index }: ListedMessage,
): void {
  const report = (what: string, fix: string): void => listed.reportAt(String(index), what, fix);
  const messages = channel.get('messages');
  const message = messages?.get(name);
  if (message === undefined) {
    const names = messages?.entries.map(([key]) => `\`${key}\``).join(', ') ?? '';
    const fix = names === '' ? 'add it to the channel' : `use one of ${names}`;
    report(`channel \`${channelName}\` has no message \`${name}\``, fix);
    return;
  }
  const has = (list: ReadOperation['messages'] | null): boolean =>
    list?.some(([key, { pointer }]) => key === name && pointer === message.pointer) ?? false;
  const isSent = operations.some(
    ({ action, reply, messages: own }) => action === 'send' && reply === null && has(own),
  );
  const isReceived = operations.some(({ action, reply, messages: own }) =>
    has(action === 'receive' ? own : reply),
  );
  const isRequest = operations.some(
    ({ action, reply, messages: own }) => action === 'send' && reply !== null && has(own),
  );
  const isReply = operations.some(({ action, reply }) => action === 'receive' && has(reply));
  if (isReceived) {
    report(`message \`${name}\` is also sent by clients`, 'give what the server sends a message of its own');
  } else if (isRequest || isReply) {
    const role = isReply ? 'a reply' : 'a request';
    report(`message \`${name}\` is ${role}, which only one client gets`, 'remove it from `messages`');
  } else if (!isSent) {
    report(
      `no operation of the server sends message \`${name}\``,
      'add it to an operation with `action: send`',
    );
  }
}

function checkSelection({ node, delivery: { select } }: DurableChannel): void {
  if (select === null) return;
  const names = Object.keys(select.groups);
  for (const [index, name] of select.default.entries()) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names);
    node
      .get('select', 'default')
      ?.reportAt(
        String(index),
        `\`messages\` has no group \`${name}\``,
        nearest === null
          ? `use one of ${names.map((known) => `\`${known}\``).join(', ')}`
          : `write \`${nearest}\``,
      );
  }
}

function checkParameters({ node, delivery: { resume, audience, select } }: DurableChannel): void {
  checkName(node, 'resume', resume, reservedParameters);
  const taken = [...reservedParameters, resume];
  if (typeof audience === 'object') {
    checkName(node.get('audience'), 'query', audience.query, taken);
    taken.push(audience.query);
  }
  if (select !== null) checkName(node.get('select'), 'query', select.query, taken);
}

function checkName(
  holder: ContractNode | undefined,
  key: string,
  name: string,
  taken: readonly string[],
): void {
  if (!taken.includes(name)) return;
  const what = `the query parameter \`${name}\` already has another meaning`;
  holder?.reportAt(key, what, 'use another name');
}

function checkEndpoint({ channel, node, endpoint: { servers, channels } }: DurableChannel): void {
  const isPublic = servers.length === 0 || servers.some(({ security }) => security.length === 0);
  if (isPublic) {
    node.report(
      'a durable channel needs users, by whom devices and topics are known',
      "add `security` to the channel's servers",
    );
  }
  const others = channels.filter(({ pointer }) => pointer !== channel.pointer);
  if (others.some((other) => other.get('x-delivery') !== undefined)) {
    node.report(
      'another channel with this address has x-delivery, too',
      'list all durable messages in one channel',
    );
  }
  for (const other of others.filter((one) => one.get('bindings', 'ws') !== undefined)) {
    other.reportAt(
      'bindings',
      'x-delivery adds to the ws binding of another channel with this address',
      'move this binding to that channel',
    );
  }
}
