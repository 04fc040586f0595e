import { join } from 'node:path';
import type { Log } from 'posted/server';
import type { Migrated } from './migrate.ts';
import { prepareDatabase } from './postgres/prepare.ts';
import { openPostgresStore } from './postgres-store.ts';
import { migrateSqliteFile, openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

/** Where the data is. */
export interface StorePlace {
  /** Of PostgreSQL; undefined for the embedded store. */
  readonly databaseUrl: string | undefined;
  /** The folder of the embedded store, which exists. */
  readonly dataDir: string;
}

export interface OpenStoreOptions extends StorePlace {
  readonly log: Log;
  /** Called once if the store dies for good, with the cause. A database that is out of reach is waited for. */
  readonly onFailure?: (cause: Error) => void;
}

/** @throws Error that says why the data cannot be used, and what to do */
export async function openStore({ databaseUrl, dataDir, ...options }: OpenStoreOptions): Promise<Store> {
  return databaseUrl === undefined
    ? await openSqliteStore({ path: pathIn(dataDir), ...options })
    : await openPostgresStore({ url: databaseUrl, log: options.log });
}

/**
 * Brings the tables to the schema of this version, as opening the store would.
 *
 * @throws Error that says why the data cannot be used, and what to do
 */
export async function migrateStore({ databaseUrl, dataDir }: StorePlace, log: Log): Promise<Migrated> {
  return databaseUrl === undefined
    ? await migrateSqliteFile(pathIn(dataDir))
    : await prepareDatabase({ url: databaseUrl, log });
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'posted.sqlite');
}
