import { randomUUID } from 'node:crypto';
import { createAnswer } from '../../shared/answer.ts';
import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { addCorrelationId, readCorrelationId, withConstants } from '../../shared/identify-message.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { PendingRequests } from '../connection/pending-requests.ts';
import type { RequestOptions } from '../handlers.ts';
import { createEncode, permitOf, type Reporter } from './encode.ts';

const defaultTimeoutMs = 10_000;

/**
 * Sends a request to a client, and waits for its reply. A reply belongs to the request with the same correlation id, or,
 * if the contract defines none, to the oldest request.
 *
 * Rejects with InvalidMessageError if the message breaks the contract, and with PostedError: `forbidden` if the
 * connection's credentials do not permit the operation; `too_many_requests` if too many requests to its client are
 * pending; `unavailable` if the connection closes or the timeout passes before the reply.
 */
export type Request = (
  connection: WebSocketConnection,
  content: unknown,
  options: RequestOptions | undefined,
) => Promise<unknown>;

/** Returns the function that sends one message of a `send` operation with a reply. */
export function createRequest(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  message: MessageDescriptor,
  reporter: Reporter,
): Request {
  const encode = createEncode(channel, operation, message, reporter);
  const permit = permitOf(operation);
  const replies = operation.reply ?? [];
  const isCorrelated = channel.receive.some(
    ({ name, correlationId }) => correlationId !== undefined && replies.includes(name),
  );
  const path = isCorrelated ? message.correlationId : undefined;

  return async (connection, content, { timeoutMs = defaultTimeoutMs } = {}) => {
    if (!connection.hasPermit(permit)) {
      throw new PostedError('forbidden', `The credentials do not permit operation ${operation.name}.`);
    }
    const value =
      path === undefined ? content : withCorrelationId(content, path, message, connection.pendingRequests);
    const encoded = encode(value);
    const correlationId = path && readCorrelationId(value, path);
    const reply = await connection.sendRequest(encoded, { replies, correlationId, timeoutMs });
    return createAnswer(operation, reply.message.name, reply.value);
  };
}

function withCorrelationId(
  content: unknown,
  path: readonly string[],
  message: MessageDescriptor,
  pending: PendingRequests,
): unknown {
  const { guard } = message;
  return addCorrelationId(withConstants(message, content), path, {
    text: randomUUID,
    number: () => pending.nextNumber(),
    isValid: (value) => guard === undefined || guard(value),
  });
}
