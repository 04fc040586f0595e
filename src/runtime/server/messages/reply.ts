import { readCorrelationId, writeCorrelationId } from '../../shared/correlation.ts';
import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import type { Connection } from '../handlers.ts';
import { createEncode, type Encode, type Reporter, reportBroken } from './encode.ts';

/** Sends what a handler has returned as the answer to `request`. */
export type Reply = (result: unknown, request: unknown, connection: Connection<unknown>) => void;

/**
 * Makes the function that answers a message of a receive operation: on the connection that it came
 * on, with its correlation id. An answer that breaks the contract closes the connection instead, for
 * its client would wait for it in vain.
 */
export function createReply(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  asked: MessageDescriptor,
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
    const encoded =
      chosen === undefined ? nameUnknown() : encode(chosen, only ? result : named.payload, request);
    if (encoded === null) connection.close('internalError');
    else connection.send(encoded);
  };

  function nameUnknown(): null {
    reportBroken(
      channel,
      'unknown',
      `the reply of operation ${operation.name} names none of its messages`,
      reporter,
    );
    return null;
  }

  function encode({ message, encode: encodeReply }: ReplyMessage, value: unknown, request: unknown) {
    const id = asked.correlationId && readCorrelationId(request, asked.correlationId);
    if (id === undefined || message.correlationId === undefined) return encodeReply(value);
    const ownId = readCorrelationId(value, message.correlationId);
    if (ownId === undefined) return encodeReply(writeCorrelationId(value, message.correlationId, id));
    if (ownId === id) return encodeReply(value);
    reportBroken(
      channel,
      message.name,
      `/${message.correlationId.join('/')} is not that of the request`,
      reporter,
    );
    return null;
  }
}

interface ReplyMessage {
  readonly message: MessageDescriptor;
  readonly encode: Encode;
}
