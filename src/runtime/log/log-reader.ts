import type { LogEngine } from './engine.ts';
import type { LogEvent } from './event.ts';

/** Reads pages of the log for replays, with a limited number of concurrent reads. */
export interface LogReader {
  /**
   * A page of the events after `afterSeq`, ascending and without gaps; 'expired' if the next event is no longer in the
   * log. Rejects as the engine does.
   */
  read(afterSeq: number): Promise<readonly LogEvent[] | 'expired'>;
}

const pageLimits = { maxEvents: 500, maxBytes: 1_048_576 };

export function createLogReader(
  engine: Pick<LogEngine, 'eventsAfter'>,
  maxConcurrentReads: number,
): LogReader {
  const queued: (() => void)[] = [];
  /** Clients that reconnect at the same time need the same pages, so they share reads in progress. */
  const pending = new Map<number, Promise<readonly LogEvent[]>>();
  let active = 0;

  async function readPage(afterSeq: number): Promise<readonly LogEvent[]> {
    if (active >= maxConcurrentReads) await new Promise<void>((resolve) => void queued.push(resolve));
    else active += 1;
    try {
      return await engine.eventsAfter(afterSeq, pageLimits);
    } finally {
      // Hands its slot to the next queued read, if any.
      const next = queued.shift();
      if (next === undefined) active -= 1;
      else next();
    }
  }

  return {
    async read(afterSeq) {
      let page = pending.get(afterSeq);
      if (page === undefined) {
        page = readPage(afterSeq).finally(() => pending.delete(afterSeq));
        pending.set(afterSeq, page);
      }
      const events = await page;
      const [first] = events;
      return first !== undefined && first.seq !== afterSeq + 1 ? 'expired' : events;
    },
  };
}
