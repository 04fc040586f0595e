import { setTimeout as wait } from 'node:timers/promises';
import { PostedError } from '../../shared/errors.ts';
import type { MetricsSnapshot, ToPrimary, ToWorker } from './messages.ts';

/** A worker's side of what it has with its primary. */
export interface PrimaryLink {
  /** Resolves when the primary wants this worker to end. */
  readonly stop: Promise<{ readonly drain: boolean }>;
  /** Tells the primary that this worker can be used. */
  ready(server: { readonly url: string; snapshot(): Promise<MetricsSnapshot> }): void;
  /**
   * What all workers have counted, in the text format of Prometheus.
   *
   * @throws PostedError `unavailable` where the primary does not answer
   */
  readonly renderMetrics: () => Promise<string>;
}

/** Longer than a primary waits for its slowest worker. */
const scrapeTimeoutMs = 3000;

export function createPrimaryLink(): PrimaryLink {
  const stop = Promise.withResolvers<{ readonly drain: boolean }>();
  const scrapes = new Map<number, (text: string) => void>();
  let nextScrape = 0;
  let snapshot: (() => Promise<MetricsSnapshot>) | null = null;

  process.on('message', (message: ToWorker) => {
    if (message.kind === 'count') {
      void count(message.scrape);
    } else if (message.kind === 'scraped') {
      scrapes.get(message.id)?.(message.text);
    } else if (snapshot === null) {
      // Nothing has begun that could be finished.
      process.exit(0);
    } else {
      stop.resolve({ drain: message.drain });
    }
  });

  async function count(scrape: number): Promise<void> {
    if (snapshot !== null) tell({ kind: 'counted', scrape, snapshot: await snapshot() });
  }

  return {
    stop: stop.promise,
    ready(server) {
      snapshot = () => server.snapshot();
      tell({ kind: 'ready', url: server.url });
    },
    renderMetrics: async () => {
      const id = nextScrape;
      nextScrape += 1;
      const text = await Promise.race([
        new Promise<string>((resolve) => {
          scrapes.set(id, resolve);
          tell({ kind: 'scrape', id });
        }),
        wait(scrapeTimeoutMs, null, { ref: false }),
      ]);
      scrapes.delete(id);
      if (text === null) throw new PostedError('unavailable', 'The metrics cannot be added up now.');
      return text;
    },
  };
}

/** Lost where the primary is gone, which ends this process too. */
function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
