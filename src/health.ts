import { setTimeout as wait } from 'node:timers/promises';
import type { BrokerState } from './broker/broker.ts';
import type { Store } from './store/store.ts';

/** What /readyz answers with. */
export interface Readiness {
  readonly isReady: boolean;
  /** `degraded`: ready, without something that makes it quick. */
  readonly status: 'ready' | 'degraded' | 'stopping' | 'not ready';
  /**
   * Each dependency by name, and whether it can be used now. Without its broker a server is ready: it
   * reads in the log what the others have added, some of it later.
   */
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

/** A dependency that has not answered by then is down: those who ask do not wait long either. */
const timeoutMs = 2000;

/** Whether this server should get traffic: what it depends on answers, and it is not stopping. */
export async function checkReadiness(
  store: Pick<Store, 'ping'>,
  broker: BrokerState | null,
  isStopping: boolean,
): Promise<Readiness> {
  const answered = store.ping().then(
    () => true,
    () => false,
  );
  const isStoreUp = await Promise.race([answered, wait(timeoutMs, false, { ref: false })]);
  const isReady = isStoreUp && !isStopping;
  const ready = broker === 'down' ? 'degraded' : 'ready';
  return {
    isReady,
    status: isReady ? ready : isStopping ? 'stopping' : 'not ready',
    dependencies: { store: isStoreUp ? 'up' : 'down', ...(broker === null ? {} : { broker }) },
  };
}
