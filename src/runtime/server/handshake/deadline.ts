import { PostedError } from '../../shared/errors.ts';
import { Refusal } from './refusal.ts';

/** One span of time for several waits, one after the other. */
export class Deadline {
  readonly #timer: NodeJS.Timeout;
  #isOver = false;
  #giveUp: (() => void) | null = null;

  constructor(timeoutMs: number) {
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#giveUp?.();
    }, timeoutMs);
  }

  /**
   * What `work` comes to. If it comes to nothing in time, the promise is rejected with a Refusal
   * `timeout`, and what comes later is handed to `late`.
   */
  wait<Value>(work: Promise<Value>, late: (value: Value) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => reject(tooLate());
      if (this.#isOver) this.#giveUp();
      work.then((value) => {
        if (this.#isOver) late(value);
        else resolve(value);
      }, reject);
    });
  }

  /** There is nothing more to wait for. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}

function tooLate(): Refusal {
  const error = new PostedError('unavailable', 'The handshake took too long.', { retryAfterSeconds: 1 });
  return new Refusal('timeout', error);
}
