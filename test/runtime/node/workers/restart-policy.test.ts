import { describe, expect, it } from 'vitest';
import { RestartPolicy } from '../../../../src/runtime/node/workers/restart-policy.ts';

/** When workers are replaced, given how long each had served and the time between its death and the one before. */
function restartDelays(
  deaths: readonly (readonly [usableMs: number, afterMs: number])[],
): readonly (number | null)[] {
  const policy = new RestartPolicy();
  let nowMs = 0;
  return deaths.map(([usableMs, afterMs]) => {
    nowMs += afterMs;
    return policy.afterDeath(usableMs, nowMs);
  });
}

describe('a worker that died', () => {
  it('is replaced after a growing delay, until five in a row have died too soon', () => {
    expect(restartDelays(Array.from({ length: 5 }, () => [0, 1000]))).toEqual([200, 400, 800, 1600, null]);
  });

  it('is replaced quickly if it had served for a while, or after a minute without a death', () => {
    expect(
      restartDelays([
        [0, 0],
        [4999, 6000],
        [5000, 6000],
        [0, 100],
        [0, 60_001],
      ]),
    ).toEqual([200, 400, 100, 200, 200]);
  });
});
