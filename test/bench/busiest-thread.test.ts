import { describe, expect, it } from 'vitest';
import { busiestShare, measureBusiestThread } from '../../bench/load/busiest-thread.ts';

describe('the busiest thread', () => {
  it.each([
    [[3, 1], 0.75],
    [[2, 2], 0.5],
    [[4], 1],
    [[0, 0], 0],
    [[], 0],
  ])('of %j has the share %d', (spent, share) => {
    expect(busiestShare(spent)).toBe(share);
  });

  it('is found among those of a process', () => {
    const end = measureBusiestThread(process.pid);
    for (const endMs = performance.now() + 200; performance.now() < endMs; );
    expect(end()).toBeGreaterThan(0.3);
  });
});
