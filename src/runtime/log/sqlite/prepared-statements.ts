import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The number of rows written; 0 for a statement that returns rows. */
  readonly changes: number;
}

/** Runs statements, and keeps the `maxPrepared` most recently used ones prepared. */
export class PreparedStatements {
  readonly #database: DatabaseSync;
  readonly #maxPrepared: number;
  /** By SQL text, from the least to the most recently used. */
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync, maxPrepared: number) {
    this.#database = database;
    this.#maxPrepared = maxPrepared;
  }

  run(sql: string, parameters: readonly unknown[] = []): StatementResult {
    const { statement, returnsRows } = this.#prepare(sql);
    // node:sqlite rejects values that SQLite cannot store.
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
