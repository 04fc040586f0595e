import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isIoError } from './sqlite-errors.ts';

/** Pages in the WAL that are not in the file yet: as many as SQLite checkpoints at by default. */
const checkpointPages = 1000;

/** In pages; both -1 for a database without a WAL. */
interface WalState {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Moves pages from the WAL to the file. SQLite's automatic checkpoints hide a failed fsync, after which the next one
 * may succeed although pages were lost; these report it.
 */
export class Checkpoints {
  readonly #state: StatementSync;
  readonly #checkpoint: StatementSync;
  /** The size of the WAL at the last attempt, which a reader of older pages may have stopped. */
  #attemptedAt = 0;

  constructor(database: DatabaseSync) {
    this.#state = database.prepare('pragma wal_checkpoint(noop)');
    this.#checkpoint = database.prepare('pragma wal_checkpoint(passive)');
  }

  /** @throws Error when the file fails */
  afterWrite(): void {
    const { log, checkpointed } = this.#state.get() as unknown as WalState;
    // The WAL began anew.
    if (log < this.#attemptedAt) this.#attemptedAt = 0;
    if (log - Math.max(checkpointed, this.#attemptedAt) < checkpointPages) return;
    this.#attemptedAt = log;
    try {
      this.#checkpoint.get();
    } catch (error) {
      // On a full disk, everything stays in the WAL.
      if (isIoError(error)) throw error;
    }
  }
}
