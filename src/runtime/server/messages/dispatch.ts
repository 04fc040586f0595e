import type { ChannelDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { accepts, explain } from '../../shared/guard.ts';
import { identifyMessage } from '../../shared/identify-message.ts';
import { parseJson } from '../../shared/json.ts';
import type { InboundOptions, ReceivedMessage, ReceivingConnection, Task } from '../connection/inbound.ts';
import type { Connection } from '../handlers.ts';
import { permitOf, type Reporter } from './encode.ts';
import { createReply } from './reply.ts';

/** Handles a message of a `receive` operation: a member of the application's handlers. */
export type MessageHandler = (message: unknown, connection: Connection<unknown>) => void | Promise<void>;

/** How to handle one message of a `receive` operation. */
interface Receiver {
  readonly operation: string;
  /** The permit that a connection needs to send the message. */
  readonly permit: string | undefined;
  handle(message: unknown, connection: Connection<unknown>): void | Promise<void>;
}

/**
 * Returns a function that takes each message of a channel's clients: it identifies the message, validates it, and
 * returns the task that handles it. A reply to a pending request is delivered at once and needs no task.
 *
 * The function throws PostedError: `invalid_request` for a message that the contract does not define or allow,
 * `unsupported_media_type` for bytes or text if the channel has no such messages, and `forbidden` if the connection's
 * credentials do not permit the operation.
 */
export function createDispatch(
  channel: ChannelDescriptor,
  handlerOf: (operation: string, message: string) => MessageHandler,
  reporter: Reporter,
): InboundOptions['dispatch'] {
  const { observer } = reporter;
  const receivers = createReceivers(channel, handlerOf, reporter);
  const json = channel.receive.filter(({ encoding }) => encoding === 'json');
  const text = channel.receive.find(({ encoding }) => encoding === 'text');
  const binary = channel.receive.find(({ encoding }) => encoding === 'binary');
  const replies = new Set(
    channel.operations.flatMap(({ action, reply }) => (action === 'send' ? (reply ?? []) : [])),
  );

  function invalid(message: string, problem: string): PostedError {
    observer.messageInvalid(channel.name, message, 'receive');
    return new PostedError('invalid_request', problem);
  }

  function unsupported(encoding: string): PostedError {
    observer.messageInvalid(channel.name, 'unknown', 'receive');
    return new PostedError('unsupported_media_type', `this channel does not accept ${encoding} messages`);
  }

  function readText(data: Buffer): ReceivedMessage {
    if (text !== undefined) {
      const value = data.toString();
      if (value.includes('\0')) throw invalid(text.name, 'the text contains U+0000');
      return { message: text, value };
    }
    if (binary !== undefined && json.length === 0) throw unsupported('text');
    if (json.length === 0) throw invalid('unknown', 'this channel does not accept messages from clients');
    let value: unknown;
    try {
      value = parseJson(data);
    } catch (thrown) {
      throw invalid('unknown', PostedError.from(thrown).message);
    }
    const message = identifyMessage(json, value);
    if (message !== undefined) return { message, value };
    const path = json[0]?.tag?.path;
    const problem =
      path === undefined
        ? 'the message matches no message of this channel'
        : `/${path.join('/')} must name a message of this channel`;
    throw invalid('unknown', problem);
  }

  function readBinary(data: Buffer): ReceivedMessage {
    if (binary === undefined) throw unsupported('binary');
    return { message: binary, value: data };
  }

  return (connection: ReceivingConnection, data: Buffer, isBinary: boolean): Task | null => {
    const { message, value } = isBinary ? readBinary(data) : readText(data);
    const { name, guard } = message;
    if (guard !== undefined && !accepts(guard, value)) throw invalid(name, explain(guard, 'the message'));
    if (replies.has(name) && connection.resolveRequest({ message, value })) {
      observer.messageReceived(channel.name, name);
      return null;
    }
    const receiver = receivers.get(name);
    if (receiver === undefined) throw invalid(name, `no pending request matches the reply ${name}`);
    if (!connection.hasPermit(receiver.permit)) {
      const problem = `the credentials do not permit operation ${receiver.operation}`;
      throw new PostedError('forbidden', problem);
    }
    observer.messageReceived(channel.name, name);
    return { operation: receiver.operation, run: () => receiver.handle(value, connection) };
  };
}

/** Connects each message of the channel's `receive` operations with its handler and the handler's reply. */
function createReceivers(
  channel: ChannelDescriptor,
  handlerOf: (operation: string, message: string) => MessageHandler,
  reporter: Reporter,
): ReadonlyMap<string, Receiver> {
  const receivers = new Map<string, Receiver>();
  for (const operation of channel.operations.filter(({ action }) => action === 'receive')) {
    for (const message of channel.receive.filter(({ name }) => operation.messages.includes(name))) {
      const handler = handlerOf(operation.name, message.name);
      const reply = operation.reply && createReply(channel, operation, message, reporter);
      const handle: Receiver['handle'] =
        reply === undefined
          ? handler
          : async (value, connection) => reply(await handler(value, connection), value, connection);
      receivers.set(message.name, { operation: operation.name, permit: permitOf(operation), handle });
    }
  }
  return receivers;
}
