/** A worker that could be used for that long was not wrong from the start. */
const stableMs = 5000;

/** A minute without a death ends a row; one that waits for a database in vain takes half of that to die. */
const rowEndsAfterMs = 60_000;

const maxQuickDeaths = 5;
const firstDelayMs = 100;

/** Decides what is done about a worker that has died: another soon, but not for ever. */
export class RestartPolicy {
  /** Why there is no point in starting another. */
  static readonly reason =
    `${maxQuickDeaths} workers in a row died within ${stableMs / 1000} s of their start`;

  /** In a row, over all workers. */
  #quickDeaths = 0;
  #lastDeathMs = 0;

  /**
   * After how many milliseconds another is to be started; null where there is no point in it.
   *
   * @param usableMs how long the one that died could be used
   * @param nowMs by any clock that only goes forward
   */
  afterDeath(usableMs: number, nowMs: number): number | null {
    if (usableMs >= stableMs || nowMs - this.#lastDeathMs > rowEndsAfterMs) this.#quickDeaths = 0;
    if (usableMs < stableMs) this.#quickDeaths += 1;
    this.#lastDeathMs = nowMs;
    return this.#quickDeaths < maxQuickDeaths ? firstDelayMs * 2 ** this.#quickDeaths : null;
  }
}
