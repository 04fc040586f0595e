import { expect, it, onTestFinished, vi } from 'vitest';
import { keepRetention } from '../../../src/runtime/log/retention.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';

/** So that the log is pruned every millisecond. */
const retentionMs = 4;

it('logs once that pruning fails, again for another reason, and when it works again', async () => {
  const logged: string[] = [];
  const record = (level: string) => (_: unknown, message: string) => void logged.push(`${level}: ${message}`);
  const log = { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') };
  let pruned = 0;
  let failure: Error | null = null;
  const stop = keepRetention(
    {
      async prune(ageMs) {
        pruned += 1;
        expect(ageMs).toBe(retentionMs);
        if (failure !== null) throw failure;
        return 0;
      },
    },
    retentionMs,
    log,
  );
  onTestFinished(stop);
  const pruneFiveTimes = async (thrown: Error | null): Promise<void> => {
    failure = thrown;
    const previous = pruned;
    await expect.poll(() => pruned).toBeGreaterThan(previous + 5);
  };
  const [failed, recovered] = [
    'error: cannot prune the log; trying again',
    'info: pruning the log works again',
  ] as const;

  await pruneFiveTimes(null);
  expect(logged).toEqual([]);
  await pruneFiveTimes(new PostedError('unavailable', 'out of reach'));
  expect(logged).toEqual([failed]);
  await pruneFiveTimes(new Error('no permission'));
  expect(logged).toEqual([failed, failed]);
  await pruneFiveTimes(null);
  expect(logged).toEqual([failed, failed, recovered]);
  await pruneFiveTimes(new PostedError('unavailable', 'out of reach'));
  expect(logged).toEqual([failed, failed, recovered, failed]);
});

it.each([
  [40_000, 10_000],
  [86_400_000, 60_000],
])('prunes what is older than %i ms every %i ms, until it is stopped', async (ageMs, intervalMs) => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const pruned: number[] = [];
  const pruning = Promise.withResolvers<number>();
  const prune = (retention: number): Promise<number> => {
    pruned.push(retention);
    return pruned.length < 3 ? Promise.resolve(0) : pruning.promise;
  };
  const stop = keepRetention({ prune }, ageMs, silentLog);
  await vi.advanceTimersByTimeAsync(intervalMs - 1);
  expect(pruned).toEqual([]);
  await vi.advanceTimersByTimeAsync(1 + intervalMs);
  expect(pruned).toEqual([ageMs, ageMs]);
  // The third takes long: no other begins beside it, and a stop waits for it.
  await vi.advanceTimersByTimeAsync(3 * intervalMs);
  let isStopped = false;
  const stopped = stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(intervalMs);
  expect([pruned.length, isStopped]).toEqual([3, false]);
  pruning.resolve(0);
  await stopped;
  await vi.advanceTimersByTimeAsync(3 * intervalMs);
  expect(pruned).toHaveLength(3);
});
