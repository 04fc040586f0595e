import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from './store/store.ts';

/** What /readyz answers with. */
export interface Readiness {
  readonly isReady: boolean;
  /** Each dependency by name, and whether it can be used now. */
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

/** A dependency that has not answered by then is down: those who ask do not wait long either. */
const timeoutMs = 2000;

/** Whether this server should get traffic: what it depends on answers, and it is not stopping. */
export async function checkReadiness(store: Pick<Store, 'ping'>, isStopping: boolean): Promise<Readiness> {
  const answered = store.ping().then(
    () => true,
    () => false,
  );
  const isStoreUp = await Promise.race([answered, wait(timeoutMs, false, { ref: false })]);
  return {
    isReady: isStoreUp && !isStopping,
    dependencies: { store: isStoreUp ? 'up' : 'down' },
  };
}
