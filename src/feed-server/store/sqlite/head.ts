import type { Statements } from './statements.ts';

const read = 'select seq from head where k = 1';
const write = 'update head set seq = ? where k = 1';

/** The head of the log during one transaction: it is read once and written once, however many appends there are. */
export class Head {
  readonly #statements: Statements;
  #stored: number | null = null;
  #seq = 0;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The seq of the next event. */
  next(): number {
    if (this.#stored === null) {
      const seq = this.#statements.run(read).rows[0]?.seq;
      if (typeof seq !== 'number') throw new Error('the head of the log is missing');
      this.#stored = seq;
      this.#seq = seq;
    }
    this.#seq += 1;
    return this.#seq;
  }

  /** To be called before what was appended is committed. */
  save(): void {
    if (this.#stored === null || this.#seq === this.#stored) return;
    this.#statements.run(write, [this.#seq]);
    this.#stored = this.#seq;
  }

  /** To be called when a transaction begins, and when something of it was undone. */
  forget(): void {
    this.#stored = null;
  }
}
