import { randomUUID } from 'node:crypto';
import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { type CorrelationId, readCorrelationId, writeCorrelationId } from '../../shared/identify-message.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { Connection, Request } from '../handlers.ts';
import { createEncode, permitOf, type Reporter } from './encode.ts';
import type { Answer, Requests } from './requests.ts';

const defaultTimeoutMs = 10_000;

/** Makes the function that sends a message of an operation with a reply, and waits for the answer. */
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

  return async (value, target, { timeoutMs = defaultTimeoutMs } = {}) => {
    const connection = target as AskedConnection;
    if (!connection.may(permit)) {
      throw new PostedError('forbidden', `The credentials do not suffice for operation ${operation.name}.`);
    }
    const { requests } = connection;
    const question = path === undefined ? value : identify(value, path, message, requests);
    const encoded = encode(question);
    const id: CorrelationId | undefined = path && readCorrelationId(question, path);
    return nameReply(await connection.ask(encoded, { replies, id, timeoutMs }), replies);
  };
}

/** Fills in a correlation id where there is none: text, or a number where the contract wants one. */
function identify(
  value: unknown,
  path: readonly string[],
  { guard }: MessageDescriptor,
  requests: Requests,
): unknown {
  if (readCorrelationId(value, path) !== undefined) return value;
  const withText = writeCorrelationId(value, path, randomUUID());
  if (guard === undefined || guard(withText)) return withText;
  const withNumber = writeCorrelationId(value, path, requests.nextNumber());
  return guard(withNumber) ? withNumber : withText;
}

function nameReply({ message, value }: Answer, replies: readonly string[]): unknown {
  return replies.length === 1 ? value : { message: message.name, payload: value };
}

/** Applications see the narrow interface; every connection that they can hold was made by this runtime. */
type AskedConnection = Connection<unknown> & Pick<WebSocketConnection, 'may' | 'ask' | 'requests'>;
