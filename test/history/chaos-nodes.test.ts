import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { describePostgres } from '../support/postgres.ts';
import { run } from './run.ts';
import { createSchedule } from './schedule.ts';

/** Longer runs: `npm run chaos -- --help`. */
const schedule = createSchedule({
  seed: 1,
  durationMs: 15_000,
  clients: 10,
  rate: 30,
  killEveryMs: 4000,
  nodes: 3,
  database: 'postgres',
  broker: 'none',
});

describePostgres('three nodes on a PostgreSQL, all of them killed and stopped again and again,', () => {
  it('give every client what it is to get', async ({ expect, onTestFinished, signal }) => {
    const folder = await mkdtemp(join(tmpdir(), 'posted-chaos-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { verdict, kills, latencies, problems, log } = await run({
      schedule,
      folder,
      settleMs: 20_000,
      signal,
    });
    expect({ ...verdict, problems, log }).toMatchObject({ isRight: true, examples: [], problems: [] });
    expect(verdict.expected).toBeGreaterThan(100);
    expect(kills).toBeGreaterThan(0);
    expect(latencies?.quiet.count).toBeGreaterThan(0);
    expect(latencies?.troubled.count).toBeGreaterThan(0);
  });
});
