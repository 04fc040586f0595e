import type { ContractNode } from '../contract/contract-node.ts';
import { checkUsers, type LimitModel, readLimits } from '../contract/limits.ts';
import type { Endpoint } from './endpoints.ts';
import type { ReadOperation } from './read-operation.ts';

const needsUsers = "add `security` to the channel's servers, or use `per: address`";

/** The `x-limits` of the one channel of an endpoint that has any. */
export function readChannelLimits(
  { channels }: Endpoint,
  operations: readonly ReadOperation[],
  hasUsers: boolean,
): readonly LimitModel[] {
  const [first, ...others] = channels.filter((channel) => channel.get('x-limits') !== undefined);
  for (const other of others) {
    const what = 'another channel with this address has x-limits, too';
    other.reportAt('x-limits', what, 'list all limits in one channel');
  }
  if (first === undefined) return [];
  if (operations.every(({ action }) => action === 'send'))
    refuse(first, 'clients send nothing on this channel');
  return read(first, hasUsers);
}

export function readOperationLimits(
  { node, action }: ReadOperation,
  hasUsers: boolean,
): readonly LimitModel[] {
  if (node.get('x-limits') === undefined) return [];
  if (action === 'send') refuse(node, 'the server starts this operation');
  return read(node, hasUsers);
}

/** The limits of the messages that clients of a channel send, by their name. */
export function readMessageLimits(
  operations: readonly ReadOperation[],
  hasUsers: boolean,
): ReadonlyMap<string, readonly LimitModel[]> {
  const messages = operations.filter(({ action }) => action === 'receive').flatMap((one) => one.messages);
  return new Map(
    [...new Map(messages)].map(([name, node]): readonly [string, readonly LimitModel[]] => [
      name,
      read(node, hasUsers),
    ]),
  );
}

/** Reports limits of messages with which no client starts an operation. */
export function checkLimitedMessages(operations: readonly ReadOperation[]): void {
  const started = new Set(
    operations.flatMap(({ action, messages }) =>
      action === 'receive' ? messages.map(([, { pointer }]) => pointer) : [],
    ),
  );
  const all = operations.flatMap(({ messages, reply }) => [...messages, ...(reply ?? [])]);
  for (const node of new Map(all.map(([, message]) => [message.pointer, message])).values()) {
    if (node.get('x-limits') === undefined || started.has(node.pointer)) continue;
    refuse(node, 'no client starts an operation with this message');
  }
}

function read(node: ContractNode, hasUsers: boolean): readonly LimitModel[] {
  const limits = readLimits(node);
  if (!hasUsers) checkUsers(node, limits, needsUsers);
  return limits;
}

function refuse(node: ContractNode, why: string): void {
  node.reportAt('x-limits', `${why}, so nothing is limited`, 'remove x-limits');
}
