import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { run } from './run.ts';
import { createSchedule } from './schedule.ts';

/** Longer runs: `npm run chaos -- --help`. */
const options = {
  durationMs: 6000,
  clients: 16,
  rate: 60,
  killEveryMs: 2500,
  nodes: 1,
  database: 'embedded',
  broker: 'none',
} as const;

describe('a server that is killed again and again, with clients that come and go,', () => {
  it.concurrent.for([1, 2, 3])('gives every client what it is to get (seed %i)', async (seed, context) => {
    const { expect, onTestFinished, signal } = context;
    const folder = await mkdtemp(join(tmpdir(), 'posted-chaos-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const schedule = createSchedule({ ...options, seed });
    const { verdict, kills, problems, log } = await run({ schedule, folder, settleMs: 20_000, signal });
    expect({ ...verdict, problems, log }).toMatchObject({ isRight: true, examples: [], problems: [] });
    expect(verdict.expected).toBeGreaterThan(100);
    expect(kills).toBeGreaterThan(0);
  });
});
