import type { RunOptions, Sample, Subject } from './scenario.ts';

/** For a subject whose server is started, measured and stopped in one step. */
export function measuredOnce(run: (options: RunOptions) => Promise<Sample>): Subject['open'] {
  return (options) => Promise.resolve({ measure: () => run(options), close: () => Promise.resolve() });
}
