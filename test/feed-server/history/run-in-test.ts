import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { type FeedRunResult, run } from './run.ts';
import type { Schedule } from './schedule.ts';

/** Runs a schedule. Cleans up even if the test times out. */
export async function runInTest(
  schedule: Schedule,
  { signal, onTestFinished }: Pick<TestContext, 'signal' | 'onTestFinished'>,
): Promise<FeedRunResult> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-chaos-'));
  const running = run({ schedule, folder, settleMs: 20_000, signal });
  onTestFinished(async () => {
    await running.catch(() => {}); // the test reports it
    await rm(folder, { recursive: true, force: true });
  });
  return await running;
}
