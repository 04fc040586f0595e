import { Histogram } from '../load/histogram.ts';
import { Subscriber } from '../load/subscriber.ts';
import type { Dialect, HttpRequest } from '../peers/peer.ts';

export interface StormOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /** A handshake for each. */
  readonly users: readonly string[];
  /** How many handshakes are under way at a time. */
  readonly atATime: number;
}

/**
 * Opens a connection for each user and resets it as soon as it is open, which leaves no port in TIME_WAIT.
 * `run` resolves with how long each took from the first packet; it rejects where one is refused. The
 * requests, with their tokens, are made before.
 */
export function prepareStorm({ port, dialect, users, atATime }: StormOptions): { run(): Promise<Histogram> } {
  const requests = new Map(users.map((user): [string, HttpRequest] => [user, dialect.upgrade(user)]));
  const prepared: Dialect = { ...dialect, upgrade: (user) => requests.get(user) ?? dialect.upgrade(user) };

  return {
    async run() {
      const latencies = new Histogram();
      const remaining = users.values();
      const turns = Array.from({ length: atATime }, async () => {
        for (const user of remaining) {
          const startMs = performance.now();
          const subscriber = new Subscriber({ port, dialect: prepared, user, onMessage() {} });
          await subscriber.opened;
          latencies.add(performance.now() - startMs);
          subscriber.end();
        }
      });
      await Promise.all(turns);
      return latencies;
    },
  };
}
