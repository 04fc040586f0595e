import { PostedError } from '../../shared/errors.ts';
import { Refusal } from './refusal.ts';

/** One time limit for several steps. */
export class HandshakeDeadline {
  readonly #timer: NodeJS.Timeout;
  #hasPassed = false;
  #onPass: (() => void) | null = null;

  constructor(timeoutMs: number) {
    this.#timer = setTimeout(() => {
      this.#hasPassed = true;
      this.#onPass?.();
    }, timeoutMs);
  }

  /** Rejects with a Refusal `timeout` if `work` takes too long; a result that arrives later goes to `onLate`. */
  race<Value>(work: Promise<Value>, onLate: (value: Value) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#onPass = () => reject(timedOut());
      if (this.#hasPassed) this.#onPass();
      work.then((value) => {
        if (this.#hasPassed) onLate(value);
        else resolve(value);
      }, reject);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

function timedOut(): Refusal {
  const error = new PostedError('unavailable', 'The handshake took too long.', { retryAfterMs: 1000 });
  return new Refusal('timeout', error);
}
