import type { FeedEvent } from '../store/event.ts';
import type { Store } from '../store/store.ts';

/** Reads pages of the log for replays, a bounded number at a time. */
export interface LogReader {
  /**
   * The events above `afterSeq`, ascending and without a hole, at most a page of them; 'expired' where
   * the next of them is no longer in the log. Rejects as the store does.
   */
  read(afterSeq: number): Promise<readonly FeedEvent[] | 'expired'>;
}

const pageSize = 500;

export function createLogReader(store: Pick<Store, 'eventsAfter'>, maxReads: number): LogReader {
  const waiting: (() => void)[] = [];
  /** Clients that come back together want the same pages: one read serves all who ask while it runs. */
  const running = new Map<number, Promise<readonly FeedEvent[]>>();
  let active = 0;

  async function readPage(afterSeq: number): Promise<readonly FeedEvent[]> {
    if (active >= maxReads) await new Promise<void>((resolve) => void waiting.push(resolve));
    else active += 1;
    try {
      return await store.eventsAfter(afterSeq, pageSize);
    } finally {
      // The place goes to whoever waits, or is free.
      const next = waiting.shift();
      if (next === undefined) active -= 1;
      else next();
    }
  }

  return {
    async read(afterSeq) {
      let page = running.get(afterSeq);
      if (page === undefined) {
        page = readPage(afterSeq).finally(() => running.delete(afterSeq));
        running.set(afterSeq, page);
      }
      const events = await page;
      const [first] = events;
      return first !== undefined && first.seq !== afterSeq + 1 ? 'expired' : events;
    },
  };
}
