import type { Log } from '../shared/log.ts';
import type { Stop } from './running.ts';

/** The signals that stop this process, until it is disposed of. */
export interface StopSignals extends Disposable {
  /** Resolves at the first of them. A second one ends the process immediately. */
  readonly received: Promise<Stop>;
}

export function watchStopSignals(signals: readonly NodeJS.Signals[], log: Log): StopSignals {
  const { promise, resolve } = Promise.withResolvers<Stop>();
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    resolve({ drain: true });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    received: promise,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
