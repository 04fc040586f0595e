import { describe, it } from 'vitest';
import { runAppInTest } from '../../support/history/run-app-in-test.ts';
import { oneServer } from '../../support/history/run-options.ts';
import { feedApp } from './feed-app.ts';

/** Longer runs: `npm run chaos -- --help`. */
const options = {
  durationMs: 6000,
  clients: 16,
  rate: 60,
  killEveryMs: 2500,
  ...oneServer,
} as const;

describe('a server that is killed repeatedly, with clients that come and go,', () => {
  it.concurrent.for([1, 2, 3])(
    'delivers every message (seed %i)',
    { timeout: 240_000 },
    async (seed, context) => {
      const { expect } = context;
      const { verdict, kills, problems, log } = await runAppInTest(feedApp, { ...options, seed }, context);
      expect({ ...verdict, problems, log }).toMatchObject({ passed: true, examples: [], problems: [] });
      expect(verdict.expected).toBeGreaterThan(100);
      expect(kills).toBeGreaterThan(0);
    },
  );
});
