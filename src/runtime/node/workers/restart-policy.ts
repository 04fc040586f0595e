/** A worker that served for this long did not die of a wrong setting. */
const stableMs = 5000;

/** After a minute without a death, counting starts over. A worker that waits for a database in vain dies after half of that. */
const resetAfterMs = 60_000;

const maxQuickDeaths = 5;
const firstDelayMs = 100;

/** Decides when to replace a worker that died: with exponential back-off, and only a few times in a row. */
export class RestartPolicy {
  /** Why no further worker is started. */
  static readonly reason =
    `${maxQuickDeaths} workers in a row died within ${stableMs / 1000} s of their start`;

  /** In a row, across all workers. */
  #quickDeaths = 0;
  #lastDeathMs = 0;

  /**
   * Returns after how many milliseconds to start another worker, or null to give up.
   *
   * @param usableMs how long the dead worker had served
   * @param nowMs by any monotonic clock
   */
  afterDeath(usableMs: number, nowMs: number): number | null {
    if (usableMs >= stableMs || nowMs - this.#lastDeathMs > resetAfterMs) this.#quickDeaths = 0;
    if (usableMs < stableMs) this.#quickDeaths += 1;
    this.#lastDeathMs = nowMs;
    return this.#quickDeaths < maxQuickDeaths ? firstDelayMs * 2 ** this.#quickDeaths : null;
  }
}
