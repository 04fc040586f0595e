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

/** Executes a compiled query on the thread that owns the database. */
export type Execute = (query: CompiledQuery) => Promise<StatementResult>;

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
  /** The worker thread queues queries; otherwise Kysely would send one at a time. */
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
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const { rows, changes } = await execute(query);
      return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error('the embedded store does not stream results');
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
