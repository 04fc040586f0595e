import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setFileState } from './file-state.ts';
import { isIoError } from './sqlite-errors.ts';
import { busyTimeoutMs } from './store-lock.ts';

/**
 * Pages in the WAL that are not in the file yet: 32 MB. Indexes of random ids change most of their pages again and again:
 * with SQLite's default of 1000, writing them to the file takes a quarter of the time of a write.
 */
const checkpointPages = 8000;

/** In pages; both -1 for a database without a WAL. */
interface WalState {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Moves pages from the WAL to the file. SQLite's automatic checkpoints hide a failed fsync, after which the next one
 * may succeed although pages were lost; these report it.
 *
 * Each leaves the file marked as `incomplete`, and a WAL that marks it as `complete`. So a copy without the WAL is
 * noticed, while one whose WAL was merged, by whatever program, is not refused.
 */
export class Checkpoints {
  readonly #database: DatabaseSync;
  readonly #state: StatementSync;
  /** The size of the WAL at the last attempt, which a reader of older pages may have stopped. */
  #attemptedAt = 0;
  #isMarked = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#state = database.prepare('pragma wal_checkpoint(noop)');
  }

  /** @throws Error when the file fails */
  afterWrite(): void {
    const { log, checkpointed } = this.#state.get() as unknown as WalState;
    // The WAL began anew.
    if (log < this.#attemptedAt) this.#attemptedAt = 0;
    const isFew = log - Math.max(checkpointed, this.#attemptedAt) < checkpointPages;
    if (isFew && this.#isMarked) return;
    this.#attemptedAt = log;
    try {
      this.run(isFew ? 'noop' : 'passive');
    } catch (error) {
      // On a full disk, everything stays in the WAL.
      if (isIoError(error)) throw error;
    }
  }

  /**
   * Empties the WAL, which keeps older versions of pages, and so what was deleted. Returns false if a reader of one of
   * them has to end before.
   *
   * @throws Error when the file fails, or its disk is full
   */
  empty(): boolean {
    // Waiting for the reader would hold up all writes.
    this.#database.exec('pragma busy_timeout = 0');
    try {
      // A crash in between must not leave a file that is marked as incomplete beside an empty WAL.
      setFileState(this.#database, 'complete');
      const isBusy = this.#database.prepare('pragma wal_checkpoint(truncate)').get()?.busy === 1;
      this.run('passive');
      return !isBusy;
    } finally {
      this.#database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
    }
  }

  /**
   * Returns false if a reader kept it from completing.
   *
   * @throws Error when the file fails, or its disk is full
   */
  run(mode: 'noop' | 'passive' | 'full'): boolean {
    this.#isMarked = false;
    let isBusy = false;
    if (mode !== 'noop') {
      setFileState(this.#database, 'incomplete');
      isBusy = this.#database.prepare(`pragma wal_checkpoint(${mode})`).get()?.busy === 1;
    }
    setFileState(this.#database, 'complete');
    this.#isMarked = true;
    return !isBusy;
  }
}
