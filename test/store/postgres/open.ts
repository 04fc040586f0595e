import { onTestFinished } from 'vitest';
import type { Log } from '../../../src/log.ts';
import { openPostgresStore, type PostgresStoreOptions } from '../../../src/store/postgres-store.ts';
import type { Store } from '../../../src/store/store.ts';

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Opens a store on a database; it is closed at the end of the test. */
export async function openOn(url: string, options: Partial<PostgresStoreOptions> = {}): Promise<Store> {
  const store = await openPostgresStore({ url, log: silent, ...options });
  onTestFinished(() => store.close());
  return store;
}
