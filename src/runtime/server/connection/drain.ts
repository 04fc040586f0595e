import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from '../handlers.ts';

/** How a server that shuts down closes its connections. */
export interface DrainOptions {
  /** The time over which the connections are closed one after the other; 0 closes all at once. */
  readonly spreadMs: number;
  /** Called right before each connection is closed; messages that it sends are still delivered. */
  readonly beforeClose?: (connection: Connection) => void;
}

const stepMs = 20;

/** Closes the connections at an even pace with 1012. Resolves when all are closing, or earlier if `isEmpty` returns true. */
export async function drain(
  connections: readonly Connection[],
  { spreadMs, beforeClose }: DrainOptions,
  isEmpty: () => boolean,
): Promise<void> {
  const startMs = performance.now();
  for (let closed = 0; ; await wait(stepMs)) {
    const share = spreadMs === 0 ? 1 : Math.min(1, (performance.now() - startMs) / spreadMs);
    for (const target = Math.ceil(connections.length * share); closed < target; closed += 1) {
      const connection = connections[closed];
      if (connection === undefined) break;
      beforeClose?.(connection);
      connection.close('serviceRestart');
    }
    if (closed === connections.length || isEmpty()) return;
  }
}
