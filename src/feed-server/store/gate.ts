import { PostedError } from 'posted/server';

/**
 * Lets a bounded number of operations into the store at a time, and none after it was closed.
 * Whatever they reject with leaves as a PostedError.
 */
export class Gate {
  readonly #maxPending: number;
  readonly #emptied = Promise.withResolvers<void>();
  #pending = 0;
  #isClosed = false;

  constructor(maxPending: number) {
    this.#maxPending = maxPending;
  }

  /** @throws PostedError `unavailable` when closed or full; `operation` is not called then */
  async enter<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new PostedError('unavailable', 'The store is closed.');
    if (this.#pending >= this.#maxPending) {
      throw new PostedError('unavailable', 'The store is overloaded. Try again later.', {
        retryAfterSeconds: 1,
      });
    }
    this.#pending += 1;
    try {
      return await operation();
    } catch (thrown) {
      throw PostedError.from(thrown);
    } finally {
      this.#pending -= 1;
      this.#settle();
    }
  }

  /** Resolves when everything that got in has come out. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#settle();
    return this.#emptied.promise;
  }

  #settle(): void {
    if (this.#isClosed && this.#pending === 0) this.#emptied.resolve();
  }
}
