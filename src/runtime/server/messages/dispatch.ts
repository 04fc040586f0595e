import { readAuth } from '../../shared/auth-frames.ts';
import type { ChannelDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { errorAnswer } from '../../shared/error-answer.ts';
import { PostedError } from '../../shared/errors.ts';
import { accepts, explain } from '../../shared/guard.ts';
import { identifyMessage, readCorrelationId } from '../../shared/identify-message.ts';
import { parseJson } from '../../shared/json.ts';
import { tooManyRequests, type Wait } from '../../shared/limits/limiter.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import { encodeTextFrame } from '../connection/frame.ts';
import type { Task } from '../connection/handler-call.ts';
import type { ReceivedMessage } from '../connection/inbound.ts';
import { permitOf, type Reporter } from './encode.ts';
import { createMessageLimits, type MessageLimitsDeps } from './message-limits.ts';
import { createReplies } from './reply.ts';
import {
  type Answers,
  LimitedTask,
  type MessageHandler,
  MessageTask,
  type Receiver,
  RefusedRequest,
} from './task.ts';

export interface DispatchDeps extends Reporter, MessageLimitsDeps {
  /** Whether the server shuts down: requests are then answered with `unavailable`. */
  readonly isDraining: () => boolean;
  /** Renews the credentials of a connection, on a channel whose clients can. Must not reject. */
  readonly renew?: (connection: WebSocketConnection, token: string) => Promise<void>;
}

/** Reads one message of a client and returns how to handle it, or null if it is done. */
export type Dispatch = (connection: WebSocketConnection, data: Buffer, isBinary: boolean) => Task | null;

/** When clients should send a request again that a server refused because it shuts down. */
const drainRetryAfterMs = 1000;

/** How many requests in a row are answered with `too_many_requests`; a client may have sent them before the first answer. */
const maxLimitedRequests = 16;

/**
 * Returns a function that takes each message of a channel's clients: it identifies the message, validates it, and
 * returns the task that handles it. A reply to a pending request is delivered at once and needs no task.
 *
 * An invalid request is a task that answers with an error, if the request's correlation id can be read. For any other
 * message that is refused, the function throws PostedError: `invalid_request` if the contract does not define or allow
 * it, `unsupported_media_type` for bytes or text if the channel has no such messages, and `forbidden` if the
 * connection's credentials do not permit the operation, and `too_many_requests` for a message above a limit that cannot
 * be answered, or if many requests in a row were above one.
 */
export function createDispatch(
  channel: ChannelDescriptor,
  handlerOf: (operation: OperationDescriptor, message: string) => MessageHandler,
  deps: DispatchDeps,
): Dispatch {
  const { observer, isDraining } = deps;
  const renew = channel.auth === true ? deps.renew : undefined;
  const receivers = createReceivers(channel, handlerOf, deps);
  const json = channel.receive.filter(({ encoding }) => encoding === 'json');
  const texts = channel.receive.filter(({ encoding }) => encoding === 'text');
  const packed = channel.receive.filter(({ encoding }) => encoding === 'msgpack');
  const binary = channel.receive.find(({ encoding }) => encoding === 'binary');
  const replies = new Set(
    channel.operations.flatMap(({ action, reply }) => (action === 'send' ? (reply ?? []) : [])),
  );
  /** Where the ids of requests are, with a receiver that answers them. */
  const idPaths = [...json, ...packed].flatMap(({ name, correlationId }) => {
    const receiver = receivers.get(name);
    return correlationId === undefined || receiver?.answers == null ? [] : [{ correlationId, receiver }];
  });

  function invalid(message: string, problem: string): PostedError {
    observer.messageInvalid(channel.name, message, 'receive');
    return new PostedError('invalid_request', problem);
  }

  function unsupported(encoding: string): PostedError {
    observer.messageInvalid(channel.name, 'unknown', 'receive');
    return new PostedError('unsupported_media_type', `this channel does not accept ${encoding} messages`);
  }

  /** Null for a renewal, which no handler sees and for which nothing else waits. */
  function readText(connection: WebSocketConnection, data: Buffer): ReceivedMessage | UnknownMessage | null {
    if (texts.length > 0 && json.length === 0) return readPlain(data);
    const hasBinary = binary !== undefined || packed.length > 0;
    if (hasBinary && json.length === 0 && renew === undefined) throw unsupported('text');
    if (json.length === 0 && renew === undefined) throw notAccepted();
    let value: unknown;
    try {
      value = parseJson(data);
    } catch (thrown) {
      if (texts.length > 0) return readPlain(data);
      throw invalid('unknown', PostedError.from(thrown).message);
    }
    const token = renew && readAuth(channel, value);
    if (token !== undefined) {
      void renew?.(connection, token);
      return null;
    }
    if (json.length === 0) throw notAccepted();
    const message = identifyMessage(json, value);
    return message === undefined && texts.length > 0 ? readPlain(data) : { message, value };
  }

  function readPlain(data: Buffer): ReceivedMessage | UnknownMessage {
    const value = data.toString();
    return { message: identifyMessage(texts, value), value };
  }

  function notAccepted(): PostedError {
    return invalid('unknown', 'this channel does not accept messages from clients');
  }

  function readBinary(data: Buffer): ReceivedMessage | UnknownMessage {
    const codec = packed[0]?.codec;
    if (codec !== undefined) {
      try {
        const value = codec.decode(data);
        return { message: identifyMessage(packed, value), value };
      } catch (thrown) {
        throw invalid('unknown', PostedError.from(thrown).message);
      }
    }
    if (binary === undefined) throw unsupported('binary');
    return { message: binary, value: data };
  }

  /** Answers what cannot be identified if it has the id of a request. */
  function refuseUnknown(connection: WebSocketConnection, value: unknown, isBinary: boolean): Task {
    const path = (isBinary ? packed : json)[0]?.tag?.path;
    const error = invalid(
      'unknown',
      path === undefined
        ? 'the message matches no message of this channel'
        : `/${path.join('/')} must name a message of this channel`,
    );
    for (const { correlationId, receiver } of idPaths) {
      const id = readCorrelationId(value, correlationId);
      const sendError = receiver.answers?.sendError;
      if (id === undefined || sendError == null) continue;
      return new RefusedRequest(undefined, error, (answer) => sendError(connection, id, answer));
    }
    throw error;
  }

  return (connection, data, isBinary) => {
    const received = isBinary ? readBinary(data) : readText(connection, data);
    if (received === null) return null;
    if (received.message === undefined) return refuseUnknown(connection, received.value, isBinary);
    const { message, value } = received;
    const { name, guard } = message;
    const receiver = receivers.get(name);
    const isValid = guard === undefined || accepts(guard, value);
    if (isValid && replies.has(name) && connection.resolveRequest(received)) {
      observer.messageReceived(channel.name, name);
      return null;
    }
    if (receiver === undefined) {
      if (guard !== undefined && !isValid) throw invalid(name, explain(guard, 'the message'));
      throw invalid(name, `no pending request matches the reply ${name}`);
    }
    const wait = receiver.limit?.(connection) ?? 0;
    if (wait === 0) {
      connection.limitedInRow = 0;
      return accept(connection, received, receiver, isValid);
    }
    if (typeof wait === 'number') return refuseLimited(connection, received, receiver, wait);
    // Counted elsewhere. The messages of the connection wait in their order.
    return new LimitedTask(receiver, wait, (ms) => {
      if (ms > 0) return refuseLimited(connection, received, receiver, ms);
      connection.limitedInRow = 0;
      return accept(connection, received, receiver, isValid);
    });
  };

  function accept(
    connection: WebSocketConnection,
    received: ReceivedMessage,
    receiver: Receiver,
    isValid: boolean,
  ): Task {
    const { message, value } = received;
    const { name, guard } = message;
    if (guard !== undefined && !isValid) {
      return refuse(connection, received, receiver, invalid(name, explain(guard, 'the message')));
    }
    if (!connection.hasPermit(receiver.permit)) {
      const problem = `the credentials do not permit operation ${receiver.operation}`;
      return refuse(connection, received, receiver, new PostedError('forbidden', problem));
    }
    observer.messageReceived(channel.name, name);
    if (receiver.answers !== null && isDraining()) return refuse(connection, received, receiver, draining());
    const id = message.correlationId && readCorrelationId(value, message.correlationId);
    return new MessageTask(connection, receiver, value, id);
  }
}

/** Answers a request that is above a limit, but not forever. */
function refuseLimited(
  connection: WebSocketConnection,
  received: ReceivedMessage,
  receiver: Receiver,
  wait: Wait,
): Task {
  connection.limitedInRow += 1;
  const error = tooManyRequests(wait);
  if (connection.limitedInRow > maxLimitedRequests) throw error;
  return refuse(connection, received, receiver, error);
}

/** Answers an invalid request; without an id, only if the contract matches replies by their order. */
function refuse(
  connection: WebSocketConnection,
  { message, value }: ReceivedMessage,
  { operation, answers }: Receiver,
  error: PostedError,
): Task {
  const id = message.correlationId && readCorrelationId(value, message.correlationId);
  const sendError = answers?.sendError;
  if (sendError == null || (message.correlationId !== undefined && id === undefined)) throw error;
  return new RefusedRequest(operation, error, (answer) => sendError(connection, id, answer));
}

/** JSON or MessagePack that is not a message of the channel. */
interface UnknownMessage {
  readonly message: undefined;
  readonly value: unknown;
}

function draining(): PostedError {
  const options = { retryAfterMs: drainRetryAfterMs };
  return new PostedError('unavailable', 'The server is shutting down.', options);
}

/** Connects each message of the channel's `receive` operations with its handler and the handler's reply. */
function createReceivers(
  channel: ChannelDescriptor,
  handlerOf: (operation: OperationDescriptor, message: string) => MessageHandler,
  reporter: Reporter & MessageLimitsDeps,
): ReadonlyMap<string, Receiver> {
  const limitOf = createMessageLimits(channel, reporter);
  const receivers = new Map<string, Receiver>();
  for (const operation of channel.operations.filter(({ action }) => action === 'receive')) {
    const answers = operation.reply === undefined ? null : createAnswers(channel, operation, reporter);
    for (const { name } of channel.receive.filter((message) => operation.messages.includes(message.name))) {
      const handler = handlerOf(operation, name);
      receivers.set(name, {
        operation: operation.name,
        permit: permitOf(operation),
        limit: limitOf(operation, name),
        handler,
        answers,
      });
    }
  }
  return receivers;
}

function createAnswers(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  reporter: Reporter,
): Answers {
  return {
    replies: createReplies(channel, operation, reporter),
    sendError: canAnswerErrors(channel, operation)
      ? (connection, id, error) => {
          const answer = errorAnswer(channel, operation, id, error);
          connection.enqueue(encodeTextFrame(JSON.stringify(answer)));
          reporter.observer.errorAnswered(channel.name, operation.name, error.code);
        }
      : null,
  };
}

/** An error is JSON in a text frame, which a client cannot tell from plain text, and does not expect for bytes. */
function canAnswerErrors({ send }: ChannelDescriptor, { reply = [] }: OperationDescriptor): boolean {
  return send.every(
    ({ name, encoding }) => encoding !== 'text' && (encoding !== 'binary' || !reply.includes(name)),
  );
}
