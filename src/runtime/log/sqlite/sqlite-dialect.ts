import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { StatementResult } from './prepared-statements.ts';

/** Executes a compiled query on a thread that has the database open. */
export type Execute = (query: CompiledQuery, signal: AbortSignal | undefined) => Promise<StatementResult>;

/** Kysely's SQLite dialect with a driver that passes every query to `execute`. */
export function createSqliteDialect(execute: Execute): Dialect {
  return {
    createAdapter: () => new QueuedSqliteAdapter(),
    createDriver: () => createDriver(execute),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class QueuedSqliteAdapter extends SqliteAdapter {
  /** Queries wait for their thread; otherwise Kysely would send one at a time. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite does, so a migration is applied completely or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function createDriver(execute: Execute): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<Row>(query: CompiledQuery, options?: Options): Promise<QueryResult<Row>> {
      const { rows, changes } = await execute(query, options?.signal);
      return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error('SQLite does not stream results here: read pages');
    },
  };
  const run = async (sql: string) => {
    await execute(CompiledQuery.raw(sql), undefined);
  };
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: () => run('begin'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    releaseConnection: async () => {},
    destroy: async () => {},
  };
}

interface Options {
  readonly signal?: AbortSignal;
}
