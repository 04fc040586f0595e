import { realTime } from './real-time.ts';

/** After how many turns of the event loop without traffic everything is settled. The server's outbox needs one to send. */
const quietTurns = 5;

/** Traffic that never ends is not awaited longer. */
const maxMs = 1_000;

let transfers = 0;

/** Called for everything that is written to a connection. */
export function countTransfer(): void {
  transfers += 1;
}

/**
 * Resolves when nothing is in flight between clients and servers. What a handler awaits besides, such as a database, is
 * not waited for.
 */
export async function settle(): Promise<void> {
  const endMs = realTime.nowMs() + maxMs;
  let seen = transfers;
  for (let quiet = 0; quiet < quietTurns && realTime.nowMs() < endMs; quiet += 1) {
    await new Promise<void>((resolve) => realTime.setImmediate(() => resolve()));
    if (transfers !== seen) quiet = 0;
    seen = transfers;
  }
}
