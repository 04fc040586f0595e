import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { oneServer } from '../../../support/history/run-options.ts';
import { runShop } from './shop-run.ts';
import { createShopSchedule } from './shop-schedule.ts';

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
      const { expect, signal, onTestFinished } = context;
      const folder = await mkdtemp(join(tmpdir(), 'posted-chaos-'));
      const schedule = createShopSchedule({ ...options, workers });
      const running = runShop({ schedule, folder, settleMs: 60_000, signal });
      onTestFinished(async () => {
        await running.catch(() => {}); // the test reports it
        await rm(folder, { recursive: true, force: true });
      });
      const { verdict, kills, problems, log } = await running;
      expect({ ...verdict, problems, log }).toMatchObject({ passed: true, examples: [], problems: [] });
      expect(verdict.expected).toBeGreaterThan(30);
      expect(kills).toBeGreaterThan(0);
    },
  );
});
