/** With fewer writes than this, a batch gains little, and its writers would only wait longer. */
const minWrites = 4;

/** Bounds what a write waits for more company. */
const maxPauseMs = 4;

/**
 * Notices whether other nodes append too. Then a batch that is sent at once would only wait for the head of the log, without
 * the writes that arrive meanwhile. It had better wait for them here, about as long as an append takes: fuller batches
 * cost all nodes and the database less.
 */
export class HeadSharing {
  #newest: number | null = null;

  /** How long to gather writes for the next batch, after one whose events got these seqs. */
  pauseMs(seqs: readonly number[], durationMs: number): number {
    if (seqs.length === 0) return 0;
    const isShared = this.#newest !== null && Math.min(...seqs) > this.#newest + 1;
    this.#newest = Math.max(...seqs);
    return isShared && seqs.length >= minWrites ? Math.min(durationMs, maxPauseMs) : 0;
  }
}
