import type { Log } from 'posted/server';
import { type ErrorCode, PostedError } from 'posted/server';
import type { Delivery } from './delivery.ts';

const maxIntervalMs = 60_000;

/**
 * Prunes the log now and then, so that it keeps what is younger than `retentionMs`. What fails again and again for
 * the same reason is logged once. Returns what ends it.
 */
export function keepRetention(
  delivery: Pick<Delivery, 'prune'>,
  retentionMs: number,
  log: Log,
): () => Promise<void> {
  let pruning: Promise<void> | null = null;
  /** Why the last try failed; null where it did not. */
  let failure: ErrorCode | null = null;
  const prune = async (): Promise<void> => {
    try {
      await delivery.prune(Date.now() - retentionMs);
      if (failure !== null) log.info({}, 'the log is pruned again');
      failure = null;
    } catch (err) {
      // Nothing is lost by it but room on the disk: the next time removes more.
      const { code } = PostedError.from(err);
      if (code !== failure) log.error({ err }, 'the log could not be pruned; it is tried again');
      failure = code;
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
