import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import { type CorrelationId, readCorrelationId, writePath } from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import { checkInteger } from './client-settings.ts';
import {
  correlationIdOf,
  encodeMessage,
  findProblem,
  identifyValue,
  type NamedMessage,
} from './message-codec.ts';
import type { Frame } from './platform.ts';

export interface RequestOptions {
  /** How long to wait for the reply. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Aborting it stops the wait: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

interface EncodedRequest {
  readonly frame: Frame;
  /** Names of the possible replies. */
  readonly replies: readonly string[];
  /** Undefined if the request or a reply has none: then replies are matched to requests in order. */
  readonly id: CorrelationId | undefined;
}

interface PendingRequest extends EncodedRequest {
  /** Null once the caller has given up. */
  reply: PromiseWithResolvers<NamedMessage> | null;
}

/** How many requests may be waiting for the server. */
const maxPendingRequests = 1_024;

/**
 * The client's requests on the current connection. A request that its caller has given up stays pending
 * until the connection ends: its reply may still arrive, and must not be taken for another's.
 */
export class ClientRequests {
  readonly #channel: ChannelDescriptor;
  readonly #pending = new Set<PendingRequest>();
  #lastNumber = 0;

  constructor(channel: ChannelDescriptor) {
    this.#channel = channel;
  }

  /** Sends a request and waits for its reply: the value, or one of several with its name. */
  async request(
    operation: string,
    message: unknown,
    { timeoutMs = 10_000, signal }: RequestOptions,
    send: (frame: Frame) => void,
  ): Promise<unknown> {
    checkInteger('timeoutMs', timeoutMs, 1);
    signal?.throwIfAborted();
    const request = this.#encode(operation, message);
    if (this.#pending.size >= maxPendingRequests && !this.#forgetAbandoned()) {
      throw new PostedClientError('send_buffer_full', `${maxPendingRequests} requests are pending.`);
    }
    send(request.frame);
    const { name, message: reply } = await this.#wait(request, timeoutMs, signal);
    return request.replies.length === 1 ? reply : { message: name, payload: reply };
  }

  /** Settles the request that a message replies to; false if there is none. */
  settle(received: NamedMessage): boolean {
    const id = correlationIdOf(
      this.#channel.send.find(({ name }) => name === received.name),
      received.message,
    );
    const request = this.#pending
      .values()
      .find(
        (candidate) =>
          candidate.replies.includes(received.name) && (candidate.id === undefined || candidate.id === id),
      );
    if (request === undefined) return false;
    this.#pending.delete(request);
    request.reply?.resolve(received);
    return true;
  }

  /** The connection has ended, so no more replies can arrive. */
  end(error: PostedClientError): void {
    for (const { reply } of this.#pending) reply?.reject(error);
    this.#pending.clear();
  }

  #encode(name: string, message: unknown): EncodedRequest {
    const { operations, receive, send } = this.#channel;
    const operation = operations.find((candidate) => candidate.name === name && isRequest(candidate));
    if (operation === undefined) {
      throw new PostedClientError('bad_message', `The channel has no operation ${name} with a reply.`);
    }
    const replies = operation.reply ?? [];
    const descriptor = identifyValue(
      receive.filter((candidate) => operation.messages.includes(candidate.name)),
      message,
    );
    if (descriptor === undefined) {
      const names = operation.messages.join(', ');
      throw new PostedClientError('bad_message', `A message of ${name} must be one of ${names}.`);
    }
    this.#lastNumber += 1;
    const request = withCorrelationId(descriptor, message, this.#lastNumber);
    const frame = encodeMessage(this.#channel, descriptor.name, request);
    const areCorrelated = send
      .filter((candidate) => replies.includes(candidate.name))
      .every(({ correlationId }) => correlationId !== undefined);
    return { frame, replies, id: areCorrelated ? correlationIdOf(descriptor, request) : undefined };
  }

  async #wait(
    request: EncodedRequest,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<NamedMessage> {
    const reply = Promise.withResolvers<NamedMessage>();
    const pending: PendingRequest = { ...request, reply };
    const giveUp = (reason: unknown) => {
      pending.reply = null;
      reply.reject(reason);
    };
    const timer = setTimeout(
      () => giveUp(new PostedClientError('timeout', `No reply within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    const abort = () => giveUp(signal?.reason);
    signal?.addEventListener('abort', abort);
    this.#pending.add(pending);
    try {
      return await reply.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Makes room by forgetting a request that its caller has given up, if the id tells its reply from others. */
  #forgetAbandoned(): boolean {
    const abandoned = this.#pending.values().find(({ reply, id }) => reply === null && id !== undefined);
    return abandoned !== undefined && this.#pending.delete(abandoned);
  }
}

function isRequest({ action, reply }: OperationDescriptor): boolean {
  return action === 'receive' && reply !== undefined;
}

/**
 * Adds a correlation id unless there is one: a UUID, or `number` if the contract requires a number.
 * Unchanged if the contract has no correlation id.
 */
function withCorrelationId(descriptor: MessageDescriptor, message: unknown, number: number): unknown {
  const { correlationId: path } = descriptor;
  if (path === undefined || readCorrelationId(message, path) !== undefined) return message;
  const withText = writePath(message, path, randomUuid());
  if (findProblem(descriptor, withText) === null) return withText;
  const withNumber = writePath(message, path, number);
  return findProblem(descriptor, withNumber) === null ? withNumber : withText;
}

/** RFC 9562 section 5.4. `crypto.randomUUID` is missing in pages served over HTTP. */
function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
