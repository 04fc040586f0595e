import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { PendingLimit } from '../pending-limit.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { runAtOnce, type TransactionKind } from './transactions.ts';

export interface StatementDialectOptions {
  readonly pool: ConnectionPool;
  readonly kind: TransactionKind;
  readonly limit?: PendingLimit;
}

/**
 * Kysely's PostgreSQL dialect with a driver that runs each statement in a transaction of its own and in one round trip,
 * so that its limits hold for it alone. A statement whose signal was aborted before its turn is not sent.
 */
export function createStatementDialect(options: StatementDialectOptions): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(options),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function createDriver({ pool, kind, limit }: StatementDialectOptions): Driver {
  const execute = async <Row>(query: CompiledQuery, signal?: AbortSignal): Promise<QueryResult<Row>> => {
    const statements = [{ sql: query.sql, values: query.parameters }];
    const [result] = await runAtOnce(pool, { kind, statements, ...(signal === undefined ? {} : { signal }) });
    return { rows: (result?.rows ?? []) as Row[], numAffectedRows: BigInt(result?.rowCount ?? 0) };
  };
  const connection: DatabaseConnection = {
    executeQuery: (query, { signal } = {}) =>
      limit === undefined ? execute(query, signal) : limit.run(() => execute(query, signal)),
    streamQuery() {
      throw new Error('results cannot be streamed: read them in pages');
    },
  };
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: refuseTransaction,
    commitTransaction: refuseTransaction,
    rollbackTransaction: refuseTransaction,
    releaseConnection: async () => {},
    destroy: async () => {},
  };
}

async function refuseTransaction(): Promise<never> {
  throw new Error(
    'each statement runs in a transaction of its own: use `transaction` of the log for several',
  );
}
