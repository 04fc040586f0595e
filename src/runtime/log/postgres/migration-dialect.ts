import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
  sql,
} from 'kysely';
import type { ConnectionPool } from './connection-pool.ts';

/** A migration may take any time, whatever limits the session has. */
const beginUnlimited = `
  begin isolation level read committed read write;
  set local statement_timeout = 0;
  set local lock_timeout = 0;
  set local idle_in_transaction_session_timeout = 0`;

/** Kysely's PostgreSQL dialect, for migrations. */
export function createMigrationDialect(pool: ConnectionPool): Dialect {
  const config = {
    pool: {
      options: {},
      connect: async () => {
        const connection = await pool.connect();
        return { query: connection.query as never, release: connection.release };
      },
      end: () => pool.end(),
    },
  };
  const dialect = new PostgresDialect(config);
  return {
    createAdapter: () => new TransactionLockAdapter(),
    createDriver: () => new MigrationDriver(config),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

/** The key of Kysely's lock, which processes of other versions take. */
const lockKey = '3853314791062309107';

/**
 * Locks for the transaction instead of the session: through a pooler that shares sessions, a lock of the session is
 * released on another session than its own, which is never.
 */
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql`select pg_advisory_xact_lock(${sql.raw(lockKey)})`.execute(db);
  }

  override async releaseMigrationLock(): Promise<void> {}
}

class MigrationDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(beginUnlimited));
  }
}
