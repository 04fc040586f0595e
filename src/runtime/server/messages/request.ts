import { randomUUID } from 'node:crypto';
import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { readCorrelationId, writePath } from '../../shared/identify-message.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { ReceivedMessage } from '../connection/inbound.ts';
import type { PendingRequests } from '../connection/pending-requests.ts';
import type { Connection, Request } from '../handlers.ts';
import { createEncode, permitOf, type Reporter } from './encode.ts';

const defaultTimeoutMs = 10_000;

/** Returns the function that sends one message of a `send` operation with a reply, and waits for the reply. */
export function createRequest(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  message: MessageDescriptor,
  reporter: Reporter,
): Request<unknown, unknown, unknown> {
  const encode = createEncode(channel, operation, message, reporter);
  const permit = permitOf(operation);
  const replies = operation.reply ?? [];
  const isCorrelated = channel.receive.some(
    ({ name, correlationId }) => correlationId !== undefined && replies.includes(name),
  );
  const path = isCorrelated ? message.correlationId : undefined;

  return async (payload, target, { timeoutMs = defaultTimeoutMs } = {}) => {
    const connection = target as RequestConnection;
    if (!connection.hasPermit(permit)) {
      throw new PostedError('forbidden', `The credentials do not permit operation ${operation.name}.`);
    }
    const value =
      path === undefined ? payload : withCorrelationId(payload, path, message, connection.pendingRequests);
    const encoded = encode(value);
    const correlationId = path && readCorrelationId(value, path);
    const reply = await connection.request(encoded, { replies, correlationId, timeoutMs });
    return toResult(reply, replies);
  };
}

/** Adds a correlation id to a message without one: a UUID, or a number if the contract requires that. */
function withCorrelationId(
  payload: unknown,
  path: readonly string[],
  { guard }: MessageDescriptor,
  pending: PendingRequests,
): unknown {
  if (readCorrelationId(payload, path) !== undefined) return payload;
  const withText = writePath(payload, path, randomUUID());
  if (guard === undefined || guard(withText)) return withText;
  const withNumber = writePath(payload, path, pending.nextNumber());
  return guard(withNumber) ? withNumber : withText;
}

function toResult({ message, value }: ReceivedMessage, replies: readonly string[]): unknown {
  return replies.length === 1 ? value : { message: message.name, payload: value };
}

/** Applications see only the interface `Connection`, but every connection that they have was created by this runtime. */
type RequestConnection = Connection<unknown> &
  Pick<WebSocketConnection, 'hasPermit' | 'pendingRequests' | 'request'>;
