import { type ErrorCode, PostedError } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { LogEngine } from './engine.ts';

const maxIntervalMs = 60_000;

/**
 * Prunes the log regularly of events older than `retentionMs` by the database's clock. A failure that repeats for the
 * same reason is logged once. Returns a function that stops it.
 */
export function keepRetention(
  engine: Pick<LogEngine, 'prune'>,
  retentionMs: number,
  log: Log,
): () => Promise<void> {
  let pruning: Promise<void> | null = null;
  /** Why the last attempt failed; null if it succeeded. */
  let failure: ErrorCode | null = null;
  const prune = async (): Promise<void> => {
    try {
      await engine.prune(retentionMs);
      if (failure !== null) log.info({}, 'pruning the log works again');
      failure = null;
    } catch (err) {
      // It only costs disk space: the next attempt removes more.
      const { code } = PostedError.from(err);
      if (code !== failure) log.error({ err }, 'cannot prune the log; trying again');
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
