import type { Log } from 'posted/server';

const everyMs = 60_000;

/** Logs an error that may come many times a second at most once a minute, with how many of it were not logged. */
export function createRareError(
  log: Pick<Log, 'error'>,
  message: string,
): (fields: Readonly<Record<string, unknown>>) => void {
  let quietUntilMs = 0;
  let unlogged = 0;
  return (fields) => {
    const nowMs = performance.now();
    if (nowMs < quietUntilMs) {
      unlogged += 1;
      return;
    }
    log.error({ ...fields, unlogged }, message);
    quietUntilMs = nowMs + everyMs;
    unlogged = 0;
  };
}
