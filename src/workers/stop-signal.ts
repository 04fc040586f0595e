import type { Log } from '../log.ts';

/** Resolves at the first of the signals. The second ends the process: whoever asks twice does not want to wait. */
export function stopSignal(
  signals: readonly NodeJS.Signals[],
  log: Log,
): Promise<{ readonly drain: boolean }> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        process.once(signal, () => process.exit(1));
        resolve({ drain: true });
      });
    }
  });
}
