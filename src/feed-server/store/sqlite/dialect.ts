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
import type { StatementResult } from './protocol.ts';

/** Runs what Kysely compiled, wherever the database is. */
export type Execute = (query: CompiledQuery) => Promise<StatementResult>;

/** Kysely's SQLite without its driver. */
export function createSqliteDialect(execute: Execute): Dialect {
  return {
    createAdapter: () => new QueuedSqliteAdapter(),
    createDriver: () => createDriver(execute),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class QueuedSqliteAdapter extends SqliteAdapter {
  /** The worker does the queueing. Otherwise Kysely would send one query at a time. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** It does, so that a migration happens as a whole or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function createDriver(execute: Execute): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const { rows, changes } = await execute(query);
      return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error('the embedded store does not stream');
    },
  };
  const run = async (sql: string) => {
    await execute(CompiledQuery.raw(sql));
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
