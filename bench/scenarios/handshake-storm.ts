import { Histogram } from '../load/histogram.ts';
import { startPolling } from '../load/polling.ts';
import { Subscriber } from '../load/subscriber.ts';
import type { Dialect, HttpRequest } from '../peers/peer.ts';

export interface StormOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /** All that may come. */
  readonly users: readonly string[];
  /** How many handshakes are under way at a time. */
  readonly atATime: number;
}

export interface StormResult {
  /** How long each handshake took from the first packet. */
  readonly latencies: Histogram;
  /** How long this process had nothing to do. */
  readonly idleSeconds: number;
}

/**
 * Makes the requests of all users, with their tokens. The function that it returns opens a connection for
 * each of those who come, and resets it as soon as it is open, which leaves no port in TIME_WAIT; it rejects
 * where one is refused.
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
