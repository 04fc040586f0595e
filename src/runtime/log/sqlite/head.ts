import type { PreparedStatements } from './prepared-statements.ts';

const readHead = 'select seq from posted_head where k = 1';
const writeHead = 'update posted_head set seq = ? where k = 1';

/** The head of the log during a transaction: read once and written once, however many events are appended. */
export class Head {
  readonly #statements: PreparedStatements;
  #stored: number | null = null;
  #seq = 0;
  #nowMs = 0;

  constructor(statements: PreparedStatements) {
    this.#statements = statements;
  }

  /** When the transaction began: its events have this time. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The seq that the next event gets. */
  get nextSeq(): number {
    if (this.#stored === null) {
      const seq = this.#statements.run(readHead).rows[0]?.seq;
      if (typeof seq !== 'number') throw new Error('the row of the table posted_head is missing');
      this.#stored = seq;
      this.#seq = seq;
    }
    return this.#seq + 1;
  }

  /** An event was appended with `nextSeq`. */
  advance(): void {
    this.#seq += 1;
  }

  /** Must be called before appended events are committed. */
  save(): void {
    if (this.#stored === null || this.#seq === this.#stored) return;
    this.#statements.run(writeHead, [this.#seq]);
    this.#stored = this.#seq;
  }

  /** Must be called when a transaction begins, and after a rollback. */
  reset(): void {
    this.#stored = null;
    this.#nowMs = Date.now();
  }
}
