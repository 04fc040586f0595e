import { describe, it } from 'vitest';
import { postgres } from '../../../scripts/dev/services/postgres.ts';
import { noNetworks } from '../../support/distant-network.ts';
import { runAppInTest } from '../../support/history/run-app-in-test.ts';
import { oneServer } from '../../support/history/run-options.ts';
import { requireService } from '../../support/services.ts';
import { feedApp } from './feed-app.ts';

const skipped = requireService(postgres.name, postgres.isInstalled()) ?? noNetworks;

/** Longer runs: `npm run chaos -- --help`. */
const options = {
  ...oneServer,
  seed: 1,
  durationMs: 15_000,
  clients: 10,
  rate: 30,
  killEveryMs: 4000,
  nodes: 3,
  database: 'postgres',
  cuts: true,
} as const;

describe.skipIf(skipped !== null)(`three nodes that share a PostgreSQL database ${skipped ?? ''}`, () => {
  it('deliver every message while nodes and database are killed, suspended and cut off', {
    timeout: 240_000,
  }, async (context) => {
    const { expect } = context;
    expect(new Set(feedApp.plan(options).steps.map(({ kind }) => kind))).toContain('cut-engine');
    const { verdict, kills, latencies, problems, log } = await runAppInTest(feedApp, options, context);
    expect({ ...verdict, problems, log }).toMatchObject({ passed: true, examples: [], problems: [] });
    expect(verdict.expected).toBeGreaterThan(100);
    expect(kills).toBeGreaterThan(0);
    expect(latencies?.quiet.count).toBeGreaterThan(0);
    expect(latencies?.disrupted.count).toBeGreaterThan(0);
  });
});
