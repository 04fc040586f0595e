import { PostedError } from '../errors.ts';
import { explain } from '../guard.ts';
import { parseJson } from '../json.ts';
import type { ChannelDescriptor, MessageDescriptor } from './descriptor.ts';
import type { Connection } from './handlers.ts';
import type { ContractObserver } from './observer.ts';

type MessageHandler = (message: unknown, connection: Connection<unknown>) => void | Promise<void>;

/** By operation and message name: what the application does with what a client sends. */
export type ReceiveHandlers = Readonly<Record<string, Readonly<Record<string, MessageHandler>>>>;

/**
 * Makes the function that takes each text message of a channel's clients: it finds which of the
 * channel's messages it is, checks it and hands it to its handler.
 *
 * The function throws PostedError `invalid_request` for what the contract does not know or allow.
 */
export function createDispatch(
  channel: ChannelDescriptor,
  handlers: ReceiveHandlers,
  observer: ContractObserver,
): (connection: Connection<unknown>, data: Buffer) => void | Promise<void> {
  const routes = channel.receive.map((message) => ({ message, handler: handlerOf(handlers, message) }));
  const byTag = new Map(routes.map((route) => [route.message.tag?.value, route]));
  const property = channel.receive[0]?.tag?.property;

  return (connection, data) => {
    const refuse = (message: string, problem: string): PostedError => {
      observer.messageInvalid(channel.name, message, 'receive');
      return new PostedError('invalid_request', problem);
    };
    if (routes.length === 0) throw refuse('unknown', 'this channel takes no messages from clients');
    let value: unknown;
    try {
      value = parseJson(data);
    } catch (thrown) {
      throw refuse('unknown', PostedError.from(thrown).message);
    }
    const route = byTag.get(property === undefined ? undefined : readTag(value, property));
    if (route === undefined) {
      throw refuse('unknown', `/${property} names none of this channel's messages`);
    }
    const { message, handler } = route;
    if (!message.guard(value)) throw refuse(message.name, explain(message.guard, 'the message'));
    observer.messageReceived(channel.name, message.name);
    return handler(value, connection);
  };
}

function handlerOf(handlers: ReceiveHandlers, message: MessageDescriptor): MessageHandler {
  const operation = handlers[message.operation];
  const handler = operation?.[message.name];
  if (operation === undefined || handler === undefined) {
    throw new TypeError(`No handler for message ${message.name} of operation ${message.operation}.`);
  }
  return handler.bind(operation);
}

function readTag(value: unknown, property: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const tag: unknown = (value as Readonly<Record<string, unknown>>)[property];
  return typeof tag === 'string' ? tag : undefined;
}
