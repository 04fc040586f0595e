import { expect, it, onTestFinished } from 'vitest';
import { keepRetention } from '../../../src/feed-server/feed/retention.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';

/** Prunes every millisecond. */
const retentionMs = 4;

it('logs once that the log cannot be pruned, however long that lasts, and again when the reason is another', async () => {
  const logged: string[] = [];
  const note = (level: string) => (_: unknown, message: string) => void logged.push(`${level}: ${message}`);
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  let pruned = 0;
  let failure: Error | null = null;
  const stop = keepRetention(
    {
      async prune() {
        pruned += 1;
        if (failure !== null) throw failure;
      },
    },
    retentionMs,
    log,
  );
  onTestFinished(stop);
  const fiveTimes = async (thrown: Error | null): Promise<void> => {
    failure = thrown;
    const before = pruned;
    await expect.poll(() => pruned).toBeGreaterThan(before + 5);
  };
  const [failed, again] = [
    'error: the log could not be pruned; it is tried again',
    'info: the log is pruned again',
  ] as const;

  await fiveTimes(null);
  expect(logged).toEqual([]);
  await fiveTimes(new PostedError('unavailable', 'out of reach'));
  expect(logged).toEqual([failed]);
  await fiveTimes(new Error('no permission'));
  expect(logged).toEqual([failed, failed]);
  await fiveTimes(null);
  expect(logged).toEqual([failed, failed, again]);
  await fiveTimes(new PostedError('unavailable', 'out of reach'));
  expect(logged).toEqual([failed, failed, again, failed]);
});
