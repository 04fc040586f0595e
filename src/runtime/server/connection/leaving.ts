import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from '../handlers.ts';

/** How the connections of a server that shuts down are closed. */
export interface Leaving {
  /** Over how long, one after the other; 0 for all at once. */
  readonly spreadMs: number;
  /** Called right before each is closed: what it is sent here still goes out. */
  readonly leaving?: (connection: Connection<unknown>) => void;
}

const stepMs = 20;

/** Closes them in even steps with 1012, and resolves when all are told or `isOver` says that nobody is left. */
export async function closeInTurn(
  connections: readonly Connection<unknown>[],
  { spreadMs, leaving }: Leaving,
  isOver: () => boolean,
): Promise<void> {
  const startMs = performance.now();
  for (let told = 0; ; await wait(stepMs)) {
    const share = spreadMs === 0 ? 1 : Math.min(1, (performance.now() - startMs) / spreadMs);
    for (const due = Math.ceil(connections.length * share); told < due; told += 1) {
      const connection = connections[told];
      if (connection === undefined) break;
      leaving?.(connection);
      connection.close('serviceRestart');
    }
    if (told === connections.length || isOver()) return;
  }
}
