import { deepStrictEqual } from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** Waits until a value equals the expected one. Unlike `expect.poll`, it also works outside of tests. */
export async function eventually(read: () => unknown, expected: unknown, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!isDeepStrictEqual(read(), expected)) {
    if (Date.now() > end) deepStrictEqual(read(), expected);
    await setTimeout(5);
  }
}
