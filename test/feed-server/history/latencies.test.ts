import { describe, expect, it } from 'vitest';
import { Latencies } from './latencies.ts';

describe('the latencies of a run', () => {
  it('are those of posts that a reader sees at a server which was never asked for them', () => {
    const latencies = new Latencies();
    latencies.begin('quiet');
    latencies.asked('first', 0);
    latencies.saw('first', 0);
    latencies.saw('first', 1);
    latencies.saw('first', 2);
    latencies.asked('retried', 0);
    latencies.asked('retried', 1);
    latencies.saw('retried', 1);
    latencies.saw('retried', 2);
    const { quiet, troubled } = latencies.summary;
    expect([quiet.count, troubled.count]).toEqual([3, 0]);
    expect(quiet.p50Ms).toBeLessThanOrEqual(quiet.p99Ms);
  });

  it('are troubled as soon as the trouble has begun, and none before the run', () => {
    const latencies = new Latencies();
    latencies.asked('welcome', 0);
    latencies.saw('welcome', 1);
    latencies.begin('quiet');
    latencies.asked('late', 0);
    latencies.begin('troubled');
    latencies.saw('late', 1);
    const { quiet, troubled } = latencies.summary;
    expect([quiet.count, troubled.count]).toEqual([0, 1]);
  });
});
