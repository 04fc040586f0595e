import { describe, it } from 'vitest';
import { runAppInTest } from '../../support/history/run-app-in-test.ts';
import { oneServer } from '../../support/history/run-options.ts';
import { auctionApp } from './auction-app.ts';

/** Longer runs, also on PostgreSQL and with brokers: `npm run chaos -- --help`. */
const options = {
  seed: 1,
  durationMs: 4000,
  clients: 9,
  rate: 60,
  killEveryMs: 1500,
  ...oneServer,
} as const;

describe('the durable auction that is killed repeatedly, with bidders that come and go,', () => {
  it('shows every bid and every end', { timeout: 240_000 }, async (context) => {
    const { expect } = context;
    const { verdict, kills, problems, log, history } = await runAppInTest(auctionApp, options, context);
    expect({ ...verdict, problems, log }).toMatchObject({ passed: true, examples: [], problems: [] });
    expect(verdict.expected).toBeGreaterThan(30);
    expect(kills).toBeGreaterThan(0);
    const ends = history.events.filter(
      (event) => event.kind === 'message' && event.message === 'auctionClosed',
    );
    expect(ends).toHaveLength(1);
  });
});
