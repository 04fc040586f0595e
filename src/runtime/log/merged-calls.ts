import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs some work as soon as it is called for, but one run at a time. Between two there is a minimum time, and at least as
 * long as the work took, so that it takes at most half of the time of a busy process: all calls until then share the next
 * run. A single call is never delayed.
 */
export class MergedCalls {
  readonly #work: () => Promise<unknown>;
  readonly #intervalMs: number;
  #isCalled = false;
  #isRunning = false;

  /** `work` must not reject. `intervalMs` is between the beginnings of two runs. */
  constructor(work: () => Promise<unknown>, intervalMs: number) {
    this.#work = work;
    this.#intervalMs = intervalMs;
  }

  /** Calls for a run that begins from now on. */
  call(): void {
    this.#isCalled = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isCalled) {
      this.#isCalled = false;
      const beganMs = performance.now();
      await this.#work();
      const tookMs = performance.now() - beganMs;
      await wait(Math.max(this.#intervalMs - tookMs, tookMs), undefined, { ref: false });
    }
    this.#isRunning = false;
  }
}
