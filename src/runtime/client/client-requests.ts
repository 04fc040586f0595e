import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import { readErrorAnswer } from '../shared/error-answer.ts';
import { addCorrelationId, type CorrelationId } from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import { checkInteger } from './client-settings.ts';
import { defer } from './deferred.ts';
import { correlationIdOf, encodeMessage, findProblem, type NamedMessage } from './message-codec.ts';
import type { Frame } from './platform.ts';
import type { OutgoingFrame, SendOptions, SendQueue } from './send-queue.ts';

export interface RequestOptions extends SendOptions {
  /** How long to wait for the reply in total, including the wait for a connection. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Aborting it stops the wait: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

interface PendingRequest {
  readonly operation: OperationDescriptor;
  /** Undefined if the request or a reply has none: then replies are matched to requests in order. */
  readonly id: CorrelationId | undefined;
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
  readonly #queue: SendQueue;
  readonly #pending = new Set<PendingRequest>();
  #lastNumber = 0;

  constructor(channel: ChannelDescriptor, queue: SendQueue) {
    this.#channel = channel;
    this.#queue = queue;
  }

  /** Sends a request and waits for its reply. */
  async request(
    operation: OperationDescriptor,
    descriptor: MessageDescriptor,
    message: unknown,
    { timeoutMs = 10_000, signal, whenOffline = 'fail' }: RequestOptions = {},
  ): Promise<NamedMessage> {
    checkInteger('timeoutMs', timeoutMs, 1);
    signal?.throwIfAborted();
    this.#lastNumber += 1;
    const request = withCorrelationId(descriptor, message, this.#lastNumber);
    const frame = encodeMessage(descriptor, request);
    if (this.#pending.size >= maxPendingRequests && !this.#forgetAbandoned()) {
      throw new PostedClientError('send_buffer_full', `${maxPendingRequests} requests are pending.`);
    }
    const reply = defer<NamedMessage>();
    const id = this.#areCorrelated(operation) ? correlationIdOf(descriptor, request) : undefined;
    const pending: PendingRequest = { operation, id, reply };
    const outgoing: OutgoingFrame = {
      frame,
      sent: () => void this.#pending.add(pending),
      dropped: reply.reject,
    };
    const giveUp = (reason: unknown) => {
      this.#queue.cancel(outgoing);
      pending.reply = null;
      reply.reject(reason);
    };
    const abort = () => giveUp(signal?.reason);
    this.#queue.send(outgoing, { whenOffline });
    const timer = setTimeout(
      () => giveUp(new PostedClientError('timeout', `No reply within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    signal?.addEventListener('abort', abort);
    try {
      return await reply.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Settles the request that a message replies to; false if no request matches. */
  settle(received: NamedMessage): boolean {
    const id = correlationIdOf(
      this.#channel.send.find(({ name }) => name === received.name),
      received.message,
    );
    const request = this.#find(
      (candidate) =>
        candidate.operation.reply?.includes(received.name) === true &&
        (candidate.id === undefined || candidate.id === id),
    );
    request?.reply?.resolve(received);
    return request !== undefined;
  }

  /** Rejects the request that an error answer is for; false if the frame is anything else. */
  settleError(frame: Frame): boolean {
    // No serializer escapes these characters.
    if (this.#pending.size === 0 || typeof frame !== 'string' || !frame.includes('"error"')) return false;
    const value = parse(frame);
    let error: unknown;
    const request = this.#find(({ operation, id }) => {
      const answer = readErrorAnswer(this.#channel, operation, value);
      error = answer?.error;
      return answer !== undefined && (id === undefined || id === answer.id);
    });
    request?.reply?.reject(error);
    return request !== undefined;
  }

  /** The connection has ended, so no more replies can arrive. */
  end(error: PostedClientError): void {
    for (const { reply } of this.#pending) reply?.reject(error);
    this.#pending.clear();
  }

  /** Removes and returns the oldest pending request that matches. */
  #find(matches: (request: PendingRequest) => boolean): PendingRequest | undefined {
    for (const request of this.#pending) {
      if (matches(request)) {
        this.#pending.delete(request);
        return request;
      }
    }
    return undefined;
  }

  #areCorrelated({ reply = [] }: OperationDescriptor): boolean {
    return this.#channel.send
      .filter(({ name }) => reply.includes(name))
      .every(({ correlationId }) => correlationId !== undefined);
  }

  /** Makes room by forgetting a request that its caller has given up, if the id tells its reply from others. */
  #forgetAbandoned(): boolean {
    return this.#find(({ reply, id }) => reply === null && id !== undefined) !== undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Unchanged if the contract has no correlation id. */
function withCorrelationId(descriptor: MessageDescriptor, message: unknown, number: number): unknown {
  const { correlationId: path } = descriptor;
  if (path === undefined) return message;
  return addCorrelationId(message, path, {
    text: randomUuid,
    number: () => number,
    isValid: (value) => findProblem(descriptor, value) === null,
  });
}

/** RFC 9562 section 5.4. `crypto.randomUUID` is missing in pages served over HTTP. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
