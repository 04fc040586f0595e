import { join } from 'node:path';
import type { Log } from 'posted/server';
import type { MigrationResult } from './migrations/run-migrations.ts';
import { prepareDatabase } from './postgres/prepare-database.ts';
import { openPostgresStore } from './postgres-store.ts';
import { migrateSqliteFile, openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

export interface StoreLocation {
  /** The URL of the PostgreSQL database; undefined for the embedded store. */
  readonly databaseUrl: string | undefined;
  /** The folder of the embedded store. It must exist. */
  readonly dataDir: string;
}

export interface OpenStoreOptions extends StoreLocation {
  readonly log: Log;
  /** Called once, with the cause, if the store fails for good. An unreachable database does not count. */
  readonly onFailure?: (cause: Error) => void;
}

/** @throws Error that says why the store cannot be used, and what to do */
export async function openStore({ databaseUrl, dataDir, ...options }: OpenStoreOptions): Promise<Store> {
  return databaseUrl === undefined
    ? await openSqliteStore({ path: sqlitePath(dataDir), ...options })
    : await openPostgresStore({ url: databaseUrl, log: options.log });
}

/**
 * Migrates the tables to the schema of this version, as opening the store does.
 *
 * @throws Error that says why the store cannot be used, and what to do
 */
export async function migrateStore(
  { databaseUrl, dataDir }: StoreLocation,
  log: Log,
): Promise<MigrationResult> {
  return databaseUrl === undefined
    ? await migrateSqliteFile(sqlitePath(dataDir))
    : await prepareDatabase({ url: databaseUrl, log });
}

function sqlitePath(dataDir: string): string {
  return join(dataDir, 'posted.sqlite');
}
