import type { ContractNode } from '../contract/contract-node.ts';
import jsonEqual from '../schemas/json-equal.ts';
import { camelCase, pascalCase } from '../source/identifiers.ts';
import type { Action } from './contract-model.ts';
import type { NamedMessage, ReadOperation } from './read-operation.ts';

const opposite: Readonly<Record<Action, Action>> = { send: 'receive', receive: 'send' };

/**
 * Gives each message of an address a name of its own among those of its direction. Messages of several channels may have
 * one name: equal ones are one message, and of others, each after the first gets the name of its channel in front.
 */
export function withUniqueNames(operations: readonly ReadOperation[]): readonly ReadOperation[] {
  const known: Readonly<Record<Action, Map<string, ContractNode>>> = { send: new Map(), receive: new Map() };
  function named([name, node]: NamedMessage, channel: string, direction: Action): NamedMessage {
    const taken = known[direction];
    for (let count = 0; ; count += 1) {
      const own = nameOf(name, channel, count);
      const other = taken.get(own);
      if (other === undefined) taken.set(own, node);
      if (other === undefined || other.pointer === node.pointer) return [own, node];
      if (jsonEqual(other.value, node.value)) return [own, other];
    }
  }
  return operations.map((operation) => {
    const { action, messages, reply, channelNames } = operation;
    return {
      ...operation,
      messages: messages.map((message) => named(message, channelNames.messages, action)),
      reply: reply?.map((message) => named(message, channelNames.reply, opposite[action])) ?? null,
    };
  });
}

function nameOf(name: string, channel: string, count: number): string {
  if (count === 0) return name;
  return `${camelCase(channel)}${pascalCase(name)}${count === 1 ? '' : count}`;
}

/**
 * Lets one operation receive each message: the first with a reply, or else the first. The others lose it, with a warning, and
 * an operation without messages is left out. The same for what the server sends if one of the operations has a reply.
 */
export function withOneReceiver(operations: readonly ReadOperation[]): readonly ReadOperation[] {
  const requests = operations.filter(({ reply }) => reply !== null);
  const received = operations.filter(({ action }) => action === 'receive');
  const owners = new Map<string, ReadOperation>();
  for (const operation of [...requests, ...received]) {
    for (const [, { pointer }] of operation.messages) {
      const key = `${operation.action} ${pointer}`;
      if (!owners.has(key)) owners.set(key, operation);
    }
  }
  return operations.flatMap((operation) => {
    const messages = operation.messages.filter(([name, { pointer }]) => {
      const owner = owners.get(`${operation.action} ${pointer}`) ?? operation;
      if (owner === operation) return true;
      const verb = operation.action === 'send' ? 'sends' : 'receives';
      operation.node.warn(
        `operation \`${owner.name}\` ${verb} message \`${name}\`, so this one does not`,
        `let only one operation ${operation.action} it`,
      );
      return false;
    });
    return messages.length === 0 ? [] : [{ ...operation, messages }];
  });
}
