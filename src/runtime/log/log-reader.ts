import { readContinuation } from './continuation.ts';
import type { Position } from './cursor.ts';
import type { LogEngine, PageLimits } from './engine.ts';
import type { LogEvent } from './event.ts';

/** Reads pages of the log for replays, with a limited number of concurrent reads. */
export interface LogReader {
  /**
   * A page of the events after the position, ascending and without gaps; null if they were pruned, or
   * belong to another history than the position. Rejects as the engine does.
   */
  read(position: Position): Promise<readonly LogEvent[] | null>;
}

const page: PageLimits = { maxEvents: 500, maxBytes: 1_048_576 };

export function createLogReader(
  engine: Pick<LogEngine, 'eventsAfter'>,
  maxConcurrentReads: number,
): LogReader {
  const queued: (() => void)[] = [];
  /** Clients that reconnect at the same time need the same pages, so they share reads in progress. */
  const pending = new Map<string, Promise<readonly LogEvent[] | null>>();
  let active = 0;

  async function readPage(position: Position): Promise<readonly LogEvent[] | null> {
    if (active >= maxConcurrentReads) await new Promise<void>((resolve) => void queued.push(resolve));
    else active += 1;
    try {
      return await readContinuation(engine, position, page);
    } finally {
      // Hands its slot to the next queued read, if any.
      const next = queued.shift();
      if (next === undefined) active -= 1;
      else next();
    }
  }

  return {
    read(position) {
      const key = `${position.seq} ${position.mark}`;
      let events = pending.get(key);
      if (events === undefined) {
        events = readPage(position).finally(() => pending.delete(key));
        pending.set(key, events);
      }
      return events;
    },
  };
}
