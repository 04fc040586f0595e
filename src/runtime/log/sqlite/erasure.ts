import type { Checkpoints } from './checkpoints.ts';
import { isDiskFull } from './sqlite-errors.ts';

export interface ErasureDeps {
  readonly checkpoints: Pick<Checkpoints, 'empty'>;
  /** Whether the file is in a transaction, which must end before. */
  readonly isBusy: () => boolean;
}

/** Redactions of this time share a checkpoint, and are complete within a second. */
const delayMs = 250;

/** Removes what was redacted from the files. SQLite overwrites it in the database file, but not in the WAL. */
export class Erasure {
  readonly #deps: ErasureDeps;
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: ErasureDeps) {
    this.#deps = deps;
  }

  /** Something was redacted or replaced in a transaction that has been committed. */
  request(): void {
    this.#timer ??= setTimeout(() => this.#run(), delayMs);
  }

  /** The file is about to be closed, which removes the WAL. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #run(): void {
    this.#timer = null;
    if (this.#deps.isBusy() || !this.#isEmptied()) this.request();
  }

  /** @throws Error when the file fails */
  #isEmptied(): boolean {
    try {
      return this.#deps.checkpoints.empty();
    } catch (error) {
      if (isDiskFull(error)) return false;
      throw error;
    }
  }
}
