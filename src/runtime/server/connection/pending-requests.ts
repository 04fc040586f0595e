import { PostedError } from '../../shared/errors.ts';
import { type CorrelationId, readCorrelationId } from '../../shared/identify-message.ts';
import type { ReceivedMessage } from './inbound.ts';

/** What identifies the reply to a request. */
export interface ExpectedReply {
  /** Names of the messages that can be the reply. */
  readonly replies: readonly string[];
  /** Undefined if the request or all of its replies have none: replies then belong to requests in order. */
  readonly correlationId: CorrelationId | undefined;
  readonly timeoutMs: number;
}

interface PendingRequest extends ExpectedReply {
  /** Null after the timeout. */
  reply: PromiseWithResolvers<ReceivedMessage> | null;
  readonly timer: NodeJS.Timeout;
}

const maxPending = 100;

/**
 * The requests to one client that have no reply yet. A request remains after its timeout because its reply may still
 * arrive, and must then be neither refused nor taken for the reply to the next request.
 */
export class PendingRequests {
  readonly #pending = new Set<PendingRequest>();
  #lastNumber = 0;

  get size(): number {
    return this.#pending.size;
  }

  /** Returns a number that is unique among the requests of this connection. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  /**
   * Adds a request, which the caller sends. The promise rejects with PostedError `unavailable` after the timeout and
   * when the connection closes.
   *
   * @throws PostedError `too_many_requests` if too many requests are pending, and `internal` if one with the same
   * correlation id is
   */
  add(expected: ExpectedReply): Promise<ReceivedMessage> {
    const { correlationId, timeoutMs } = expected;
    if (
      correlationId !== undefined &&
      this.#pending.values().some((request) => request.correlationId === correlationId)
    ) {
      throw PostedError.from(new Error('a request with this correlation id is already pending'));
    }
    if (this.#pending.size >= maxPending && !this.#dropTimedOut()) {
      throw new PostedError('too_many_requests', 'Too many requests to this client are pending.');
    }
    const reply = Promise.withResolvers<ReceivedMessage>();
    const timer = setTimeout(() => {
      request.reply = null;
      reply.reject(new PostedError('unavailable', 'The client did not reply in time.'));
    }, timeoutMs);
    timer.unref();
    const request: PendingRequest = { ...expected, reply, timer };
    this.#pending.add(request);
    return reply.promise;
  }

  /** Resolves the request that a message replies to; false if there is none. */
  resolve(received: ReceivedMessage): boolean {
    const { message, value } = received;
    const id = message.correlationId && readCorrelationId(value, message.correlationId);
    const request = this.#pending
      .values()
      .find(
        (candidate) =>
          candidate.replies.includes(message.name) &&
          (candidate.correlationId === undefined ||
            message.correlationId === undefined ||
            candidate.correlationId === id),
      );
    if (request === undefined) return false;
    this.#remove(request);
    request.reply?.resolve(received);
    return true;
  }

  /** Rejects all requests because the connection closes. */
  rejectAll(): void {
    for (const request of this.#pending) {
      this.#remove(request);
      request.reply?.reject(new PostedError('unavailable', 'The connection has closed.'));
    }
  }

  /** Drops a request that has timed out and has a correlation id: unlike one in a sequence, it shifts no other reply. */
  #dropTimedOut(): boolean {
    const request = this.#pending
      .values()
      .find(({ reply, correlationId }) => reply === null && correlationId !== undefined);
    if (request !== undefined) this.#remove(request);
    return request !== undefined;
  }

  #remove(request: PendingRequest): void {
    clearTimeout(request.timer);
    this.#pending.delete(request);
  }
}
