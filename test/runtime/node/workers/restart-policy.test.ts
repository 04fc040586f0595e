import { describe, expect, it } from 'vitest';
import { RestartPolicy } from '../../../../src/runtime/node/workers/restart-policy.ts';

/** What is decided about deaths: how long each had been usable, and after how long it followed the one before. */
function decide(
  deaths: readonly (readonly [usableMs: number, afterMs: number])[],
): readonly (number | null)[] {
  const policy = new RestartPolicy();
  let nowMs = 0;
  return deaths.map(([usableMs, afterMs]) => {
    nowMs += afterMs;
    return policy.afterDeath(usableMs, nowMs);
  });
}

describe('after a death of a worker', () => {
  it('another is started, later each time, until five in a row were too soon', () => {
    expect(decide(Array.from({ length: 5 }, () => [0, 1000]))).toEqual([200, 400, 800, 1600, null]);
  });

  it('a row ends with one that worked for a while, and with a minute of peace', () => {
    expect(
      decide([
        [0, 0],
        [4999, 6000],
        [5000, 6000],
        [0, 100],
        [0, 60_001],
      ]),
    ).toEqual([200, 400, 100, 200, 200]);
  });
});
