import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { StatementResult } from './protocol.ts';

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

/** Runs statements and keeps the `maxPrepared` that were used last prepared. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #maxPrepared: number;
  /** From the one used longest ago to the one used last. */
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync, maxPrepared: number) {
    this.#database = database;
    this.#maxPrepared = maxPrepared;
  }

  run(sql: string, parameters: readonly unknown[] = []): StatementResult {
    const { statement, returnsRows } = this.#prepare(sql);
    // What SQLite cannot hold, node:sqlite refuses.
    const values = parameters as readonly SQLInputValue[];
    if (returnsRows) return { rows: statement.all(...values), changes: 0 };
    return { rows: [], changes: Number(statement.run(...values).changes) };
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      const statement = this.#database.prepare(sql);
      prepared = { statement, returnsRows: statement.columns().length > 0 };
    } else {
      this.#prepared.delete(sql);
    }
    this.#prepared.set(sql, prepared);
    if (this.#prepared.size > this.#maxPrepared) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    return prepared;
  }
}
