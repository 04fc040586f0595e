import { Histogram } from '../load/histogram.ts';
import { startPolling } from '../load/polling.ts';
import { Subscriber } from '../load/subscriber.ts';
import type { Dialect, HttpRequest } from '../peers/peer.ts';

export interface StormOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /** All users. */
  readonly users: readonly string[];
  /** The number of concurrent handshakes. */
  readonly atATime: number;
}

export interface StormResult {
  /** The duration of each handshake since its first packet. */
  readonly latencies: Histogram;
  /** How long this process was idle. */
  readonly idleSeconds: number;
}

/**
 * Prepares the requests of all users with their tokens. The returned function opens a connection for each of
 * the given users and resets it once it is open, which leaves no port in TIME_WAIT. It rejects if one is
 * refused.
 */
export function createStorm({
  port,
  dialect,
  users,
  atATime,
}: StormOptions): (coming: readonly string[]) => Promise<StormResult> {
  const requests = new Map(users.map((user): [string, HttpRequest] => [user, dialect.upgrade(user)]));
  const prepared: Dialect = { ...dialect, upgrade: (user) => requests.get(user) ?? dialect.upgrade(user) };

  return async (coming) => {
    const latencies = new Histogram();
    const polling = startPolling(() => latencies.count);
    const remaining = coming.values();
    const turns = Array.from({ length: atATime }, async () => {
      for (const user of remaining) {
        const startMs = performance.now();
        const subscriber = new Subscriber({ port, dialect: prepared, user, onMessage() {} });
        await subscriber.opened;
        latencies.add(performance.now() - startMs);
        subscriber.end();
      }
    });
    await Promise.all(turns).finally(() => polling.stop());
    return { latencies, idleSeconds: polling.idleSeconds() };
  };
}
