import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  PostgresDialect,
  PostgresDriver,
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
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => new MigrationDriver(config),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

class MigrationDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(beginUnlimited));
  }
}
