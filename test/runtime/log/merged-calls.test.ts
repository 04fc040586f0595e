import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MergedCalls } from '../../../src/runtime/log/merged-calls.ts';

/** Records when each run began, in ms. */
function createRuns(intervalMs: number, work: () => Promise<unknown> = async () => {}) {
  const began: number[] = [];
  const calls = new MergedCalls(() => {
    began.push(performance.now());
    return work();
  }, intervalMs);
  return { calls, began };
}

test('a single call runs at once', async () => {
  const { calls, began } = createRuns(20);
  calls.call();
  expect(began).toHaveLength(1);
  await wait(50);
  expect(began).toHaveLength(1);
  calls.call();
  expect(began).toHaveLength(2);
});

test('calls that follow shortly after a run share the next one', async () => {
  const { calls, began } = createRuns(40);
  for (let count = 0; count < 10; count += 1) calls.call();
  await expect.poll(() => began.length).toBe(2);
  const [first = 0, second = 0] = began;
  // Timers may fire early.
  expect(second - first).toBeGreaterThan(30);
  await wait(100);
  expect(began).toHaveLength(2);
});

test('a run that takes longer than the interval is followed by the next one, and not joined', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { calls, began } = createRuns(1, () => promise);
  calls.call();
  calls.call();
  await wait(20);
  expect(began).toHaveLength(1);
  resolve();
  await expect.poll(() => began.length).toBe(2);
});
