import { describe, it } from 'vitest';
import { oneServer } from '../../support/history/run-options.ts';
import { runInTest } from './run-in-test.ts';
import { createSchedule } from './schedule.ts';

/** Longer runs: `npm run chaos -- --help`. */
const options = {
  durationMs: 6000,
  clients: 16,
  rate: 60,
  killEveryMs: 2500,
  ...oneServer,
} as const;

describe('a server that is killed repeatedly, with clients that come and go,', () => {
  it.concurrent.for([1, 2, 3])('delivers every post (seed %i)', async (seed, context) => {
    const { expect } = context;
    const schedule = createSchedule({ ...options, seed });
    const { verdict, kills, problems, log } = await runInTest(schedule, context);
    expect({ ...verdict, problems, log }).toMatchObject({ passed: true, examples: [], problems: [] });
    expect(verdict.expected).toBeGreaterThan(100);
    expect(kills).toBeGreaterThan(0);
  });
});
