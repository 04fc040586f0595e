import { onTestFinished } from 'vitest';
import {
  openPostgresStore,
  type PostgresStoreOptions,
} from '../../../../src/feed-server/store/postgres-store.ts';
import type { Store } from '../../../../src/feed-server/store/store.ts';
import type { Log } from '../../../../src/runtime/shared/log.ts';

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Opens a store on a database, and closes it at the end of the test. */
export async function openOn(url: string, options: Partial<PostgresStoreOptions> = {}): Promise<Store> {
  const store = await openPostgresStore({ url, log: silent, ...options });
  onTestFinished(() => store.close());
  return store;
}
