import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { readCorrelationId, writeCorrelationId } from '../../shared/identify-message.ts';
import type { Connection } from '../handlers.ts';
import { createEncode, type Encode, invalidMessage, type Reporter } from './encode.ts';

/**
 * Sends what a handler has returned as the answer to `request`.
 *
 * @throws InvalidMessageError for an answer that breaks the contract: the connection is then closed, because its
 * client would wait in vain
 */
export type Reply = (result: unknown, request: unknown, connection: Connection<unknown>) => void;

/**
 * Makes the function that answers a message of a receive operation, on the connection that it came from and with its
 * correlation id.
 */
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
    connection.send(encode(chosen, only ? result : named.payload, request));
  };

  function encode({ message, encode: encodeReply }: ReplyMessage, value: unknown, request: unknown) {
    const id = received.correlationId && readCorrelationId(request, received.correlationId);
    if (id === undefined || message.correlationId === undefined) return encodeReply(value);
    const ownId = readCorrelationId(value, message.correlationId);
    if (ownId === undefined) return encodeReply(writeCorrelationId(value, message.correlationId, id));
    if (ownId === id) return encodeReply(value);
    const problem = `/${message.correlationId.join('/')} is not the correlation id of the request`;
    throw invalidMessage(channel, operation, message.name, problem, reporter);
  }
}

interface ReplyMessage {
  readonly message: MessageDescriptor;
  readonly encode: Encode;
}
