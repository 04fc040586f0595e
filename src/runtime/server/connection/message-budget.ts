/** How many messages a client may send: a number in each second, and as many at once after a pause. */
export class MessageBudget {
  readonly #intervalMs: number;
  /** When all of it is available again, by `performance.now()`. */
  #fullAtMs = 0;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Counts a message; false if it is one too many. */
  take(): boolean {
    const nowMs = performance.now();
    const fullAtMs = Math.max(this.#fullAtMs, nowMs) + this.#intervalMs;
    // Sums of fractions are not exact.
    if (fullAtMs - nowMs > 1000.001) return false;
    this.#fullAtMs = fullAtMs;
    return true;
  }

  /** Does not count a message after all. */
  giveBack(): void {
    this.#fullAtMs -= this.#intervalMs;
  }
}
