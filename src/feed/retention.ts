import type { Log } from '../log.ts';
import type { Delivery } from './delivery.ts';

const maxIntervalMs = 60_000;

/** Prunes the log now and then, so that it keeps what is younger than `retentionMs`. Returns what ends it. */
export function keepRetention(
  delivery: Pick<Delivery, 'prune'>,
  retentionMs: number,
  log: Log,
): () => Promise<void> {
  let pruning: Promise<void> | null = null;
  const prune = async (): Promise<void> => {
    try {
      await delivery.prune(Date.now() - retentionMs);
    } catch (err) {
      // Nothing is lost by it but room on the disk: the next time removes more.
      log.error({ err }, 'the log could not be pruned');
    }
  };
  const timer = setInterval(
    () => {
      pruning ??= prune().finally(() => {
        pruning = null;
      });
    },
    Math.min(maxIntervalMs, retentionMs / 4),
  );
  timer.unref();
  return async () => {
    clearInterval(timer);
    await pruning;
  };
}
