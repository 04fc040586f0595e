import type { Consumer, Consumers } from './consumers.ts';
import { defer } from './deferred.ts';
import type { NamedMessage } from './message-codec.ts';

export interface LoopOptions {
  /** Aborting it ends the loop without an error, also while it waits for a message. */
  readonly signal?: AbortSignal;
}

type Result = IteratorResult<unknown, void>;
const done: Result = { done: true, value: undefined };

/**
 * The iterator of one `for await` loop, a consumer from its first `next`. Unlike that of a generator, its
 * `return` settles at once while a `next` is pending, and that `next` consumes nothing.
 */
export class MessageLoop implements AsyncIterableIterator<unknown, void, undefined>, Consumer {
  readonly #consumers: Consumers;
  readonly #closed: () => Promise<unknown>;
  readonly #signal: AbortSignal | undefined;
  readonly #pending: PromiseWithResolvers<Result>[] = [];
  #state: 'new' | 'reading' | 'ended' | 'left' = 'new';
  /** Not null while the application has a message. */
  #processed: (() => void) | null = null;

  /** @param closed resolves when the client has ended, or rejects with the error that the loop throws then */
  constructor(consumers: Consumers, closed: () => Promise<unknown>, { signal }: LoopOptions = {}) {
    this.#consumers = consumers;
    this.#closed = closed;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    this.#finish();
    if (this.#signal?.aborted) this.#leave();
    if (this.#state === 'left') return Promise.resolve(done);
    const next = defer<Result>();
    this.#pending.push(next);
    if (this.#state === 'ended') this.#settle();
    if (this.#state === 'new') {
      this.#state = 'reading';
      this.#signal?.addEventListener('abort', this.#abort);
      this.#consumers.join(this);
    }
    return next.promise;
  }

  return(): Promise<Result> {
    this.#finish();
    this.#leave();
    return Promise.resolve(done);
  }

  take({ message }: NamedMessage, processed: () => void): void {
    this.#processed = processed;
    this.#pending.shift()?.resolve({ done: false, value: message });
    // The application has already asked for the next one.
    if (this.#pending.length > 0) this.#finish();
  }

  end(): void {
    this.#state = 'ended';
    if (this.#pending.length > 0) this.#settle();
  }

  /** The application may still have a message: it is done with that at its next `next`. */
  readonly #abort = (): void => this.#leave();

  #finish(): void {
    const processed = this.#processed;
    this.#processed = null;
    processed?.();
  }

  /** Like a generator, only the first `next` after the end rejects. */
  #settle(): void {
    const [first] = this.#pending;
    this.#closed().then(
      () => this.#leave(),
      (error: unknown) => {
        first?.reject(error);
        this.#leave();
      },
    );
  }

  #leave(): void {
    this.#state = 'left';
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#consumers.leave(this);
    for (const next of this.#pending.splice(0)) next.resolve(done);
  }
}
