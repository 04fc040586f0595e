import { describe, it } from 'vitest';
import { runAppInTest } from '../../../support/history/run-app-in-test.ts';
import { oneServer } from '../../../support/history/run-options.ts';
import { shopApp } from './shop-app.ts';

/** Longer runs, also on PostgreSQL and with brokers: `npm run chaos -- --help`. */
const options = {
  seed: 1,
  durationMs: 5000,
  clients: 12,
  rate: 60,
  killEveryMs: 2000,
  ...oneServer,
} as const;

describe('a foreign application that is killed repeatedly, with clients that come and go,', () => {
  it.for([1, 2])(
    'delivers every durable message (workers: %i)',
    { timeout: 240_000 },
    async (workers, context) => {
      const { expect } = context;
      const { verdict, kills, problems, log } = await runAppInTest(shopApp, { ...options, workers }, context);
      expect({ ...verdict, problems, log }).toMatchObject({ passed: true, examples: [], problems: [] });
      expect(verdict.expected).toBeGreaterThan(30);
      expect(kills).toBeGreaterThan(0);
    },
  );
});
