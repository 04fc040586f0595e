import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { DeliveryApp } from './delivery-app.ts';
import { type DeliveryRunResult, runDeliveries } from './delivery-run.ts';
import type { PlannedReader } from './delivery-schedule.ts';
import type { ScheduleOptions } from './run-options.ts';

/** Runs an application with its schedule for the options. Cleans up even if the test times out. */
export async function runAppInTest<Reader extends PlannedReader>(
  app: DeliveryApp<Reader>,
  options: ScheduleOptions,
  { signal, onTestFinished }: Pick<TestContext, 'signal' | 'onTestFinished'>,
): Promise<DeliveryRunResult> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-chaos-'));
  const running = runDeliveries({ app, schedule: app.plan(options), folder, settleMs: 60_000, signal });
  onTestFinished(async () => {
    await running.catch(() => {}); // the test reports it
    await rm(folder, { recursive: true, force: true });
  });
  return await running;
}
