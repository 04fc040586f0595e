import type { Store } from './store/store.ts';

/** What /readyz answers with. */
export interface Readiness {
  readonly isReady: boolean;
  /** Each dependency by name, and whether it can be used now. */
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

/** Whether this server should get traffic: what it depends on answers, and it is not stopping. */
export async function checkReadiness(store: Pick<Store, 'ping'>, isStopping: boolean): Promise<Readiness> {
  const isStoreUp = await store.ping().then(
    () => true,
    () => false,
  );
  return {
    isReady: isStoreUp && !isStopping,
    dependencies: { store: isStoreUp ? 'up' : 'down' },
  };
}
