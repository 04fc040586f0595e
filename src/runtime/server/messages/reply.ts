import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { readCorrelationId, writePath } from '../../shared/identify-message.ts';
import type { Connection } from '../handlers.ts';
import { createEncode, type Encode, type EncodedFrame, invalidMessage, type Reporter } from './encode.ts';

/**
 * Sends a handler's result as the reply to `request`.
 *
 * @throws InvalidMessageError if the reply breaks the contract: the connection is then closed, because its client would
 * wait in vain
 */
export type Reply = (result: unknown, request: unknown, connection: Connection<unknown>) => void;

/** Returns the function that replies to a message of a `receive` operation, with the correlation id of the message. */
export function createReply(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  received: MessageDescriptor,
  reporter: Reporter,
): Reply {
  const replies = new Map<unknown, ReplyMessage>(
    channel.send
      .filter(({ name }) => operation.reply?.includes(name))
      .map((message) => [
        message.name,
        { message, encode: createEncode(channel, operation, message, reporter) },
      ]),
  );
  const [only] = replies.size === 1 ? replies.values() : [];

  return (result, request, connection) => {
    const named = (result ?? {}) as { readonly message?: unknown; readonly payload?: unknown };
    const chosen = only ?? replies.get(named.message);
    if (chosen === undefined) {
      const problem = `/message must be one of ${[...replies.keys()].join(', ')}`;
      throw invalidMessage(channel, operation, 'unknown', problem, reporter);
    }
    connection.send(encodeReply(chosen, only ? result : named.payload, request));
  };

  function encodeReply({ message, encode }: ReplyMessage, value: unknown, request: unknown): EncodedFrame {
    const id = received.correlationId && readCorrelationId(request, received.correlationId);
    if (id === undefined || message.correlationId === undefined) return encode(value);
    const ownId = readCorrelationId(value, message.correlationId);
    if (ownId === undefined) return encode(writePath(value, message.correlationId, id));
    if (ownId === id) return encode(value);
    const problem = `/${message.correlationId.join('/')} is not the correlation id of the request`;
    throw invalidMessage(channel, operation, message.name, problem, reporter);
  }
}

interface ReplyMessage {
  readonly message: MessageDescriptor;
  readonly encode: Encode;
}
