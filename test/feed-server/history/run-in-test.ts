import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { type RunResult, run } from './run.ts';
import type { Schedule } from './schedule.ts';

/** Carries out a schedule; a test that is out of time leaves nothing of it behind either. */
export async function runInTest(
  schedule: Schedule,
  { signal, onTestFinished }: Pick<TestContext, 'signal' | 'onTestFinished'>,
): Promise<RunResult> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-chaos-'));
  const running = run({ schedule, folder, settleMs: 20_000, signal });
  onTestFinished(async () => {
    await running.catch(() => {}); // the test tells it
    await rm(folder, { recursive: true, force: true });
  });
  return await running;
}
