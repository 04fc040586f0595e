import type { Log } from 'posted/server';

const intervalMs = 60_000;

/** Logs an error that may occur many times a second at most once a minute, with how many were suppressed. */
export function throttleErrors(
  log: Pick<Log, 'error'>,
  message: string,
): (fields: Readonly<Record<string, unknown>>) => void {
  let quietUntilMs = 0;
  let suppressed = 0;
  return (fields) => {
    const nowMs = performance.now();
    if (nowMs < quietUntilMs) {
      suppressed += 1;
      return;
    }
    log.error({ ...fields, suppressed }, message);
    quietUntilMs = nowMs + intervalMs;
    suppressed = 0;
  };
}
