import { PostedError } from '../shared/errors.ts';

/** Bounds how many operations run at a time, and turns whatever they throw into a PostedError. */
export class PendingLimit {
  readonly #maxPending: number;
  readonly #drained = Promise.withResolvers<void>();
  #pending = 0;
  #isClosed = false;

  constructor(maxPending: number) {
    this.#maxPending = maxPending;
  }

  /** @throws PostedError `unavailable`, without calling `operation`, when closed or full */
  async run<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new PostedError('unavailable', 'The log is closed.');
    if (this.#pending >= this.#maxPending) {
      throw new PostedError('unavailable', 'The database is overloaded. Try again later.', {
        retryAfterMs: 1000,
      });
    }
    this.#pending += 1;
    try {
      return await operation();
    } catch (thrown) {
      throw PostedError.from(thrown);
    } finally {
      this.#pending -= 1;
      this.#resolveIfDrained();
    }
  }

  /** A function that runs `operation` within the limit. */
  limited<Input extends unknown[], Output>(
    operation: (...input: Input) => Promise<Output>,
  ): (...input: Input) => Promise<Output> {
    return (...input) => this.run(() => operation(...input));
  }

  /** Refuses new operations; resolves when the pending ones have ended. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#resolveIfDrained();
    return this.#drained.promise;
  }

  #resolveIfDrained(): void {
    if (this.#isClosed && this.#pending === 0) this.#drained.resolve();
  }
}
