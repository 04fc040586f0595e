import { describe, it } from 'vitest';
import { postgres } from '../../../scripts/dev/services/postgres.ts';
import { noNetworks } from '../../support/distant-network.ts';
import { requireService } from '../../support/services.ts';
import { runInTest } from './run-in-test.ts';
import { createSchedule } from './schedule.ts';

const skipped = requireService(postgres.name, postgres.isInstalled()) ?? noNetworks;

/** Longer runs: `npm run chaos -- --help`. */
const schedule = createSchedule({
  seed: 1,
  durationMs: 15_000,
  clients: 10,
  rate: 30,
  killEveryMs: 4000,
  nodes: 3,
  workers: 1,
  database: 'postgres',
  broker: 'none',
  cuts: true,
  pooler: false,
  failovers: false,
  isolations: false,
});

describe.skipIf(skipped !== null)(`three nodes that share a PostgreSQL database ${skipped ?? ''}`, () => {
  it('deliver every post while nodes and database are killed, suspended and cut off', async (context) => {
    const { expect } = context;
    expect(new Set(schedule.steps.map(({ kind }) => kind))).toContain('cut-engine');
    const { verdict, kills, latencies, problems, log } = await runInTest(schedule, context);
    expect({ ...verdict, problems, log }).toMatchObject({ passed: true, examples: [], problems: [] });
    expect(verdict.expected).toBeGreaterThan(100);
    expect(kills).toBeGreaterThan(0);
    expect(latencies?.quiet.count).toBeGreaterThan(0);
    expect(latencies?.disrupted.count).toBeGreaterThan(0);
  }, 120_000);
});
