import type { RunOptions, Sample, Subject } from './scenario.ts';

/** A subject whose server is started, measured and ended in one go. */
export function measuredOnce(run: (options: RunOptions) => Promise<Sample>): Subject['open'] {
  return (options) => Promise.resolve({ measure: () => run(options), close: () => Promise.resolve() });
}
