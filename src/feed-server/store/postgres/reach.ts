import type { Log } from 'posted/server';
import type { Reach } from './database.ts';
import { describe, isOutOfReach } from './failures.ts';

/** Logs when the database is lost and when it is back, each once however many ask for it meanwhile. */
export function createReach(log: Log, database: string): Reach {
  let isLost = false;
  return {
    succeeded() {
      if (!isLost) return;
      isLost = false;
      log.info({ database }, 'the database is back');
    },
    failed(cause) {
      if (isLost || !isOutOfReach(cause)) return;
      isLost = true;
      log.warn({ database, cause: describe(cause) }, 'the database is out of reach');
    },
  };
}
