import type { DiskState } from './protocol.ts';
import { isDiskFull } from './sqlite-errors.ts';

/** Reports when the disk becomes full, and when a write succeeds after that. */
export class DiskWatch {
  readonly #report: (state: DiskState) => void;
  #isFull = false;

  constructor(report: (state: DiskState) => void) {
    this.#report = report;
  }

  wrote(): void {
    this.#change(false);
  }

  failed(error: unknown): void {
    if (isDiskFull(error)) this.#change(true);
  }

  #change(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#report(isFull ? 'full' : 'writable');
  }
}
