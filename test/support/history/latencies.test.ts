import { describe, expect, it } from 'vitest';
import { Latencies } from './latencies.ts';

describe('the latencies of a run', () => {
  it('are measured at servers that got no request for the post', () => {
    const latencies = new Latencies();
    latencies.begin('quiet');
    latencies.requested('first', 0);
    latencies.saw('first', 0);
    latencies.saw('first', 1);
    latencies.saw('first', 2);
    latencies.requested('retried', 0);
    latencies.requested('retried', 1);
    latencies.saw('retried', 1);
    latencies.saw('retried', 2);
    const { quiet, disrupted } = latencies.summary;
    expect([quiet.count, disrupted.count]).toEqual([3, 0]);
    expect(quiet.p50Ms).toBeLessThanOrEqual(quiet.p99Ms);
  });

  it('count as disrupted once disruptions begin, and are not measured before the run', () => {
    const latencies = new Latencies();
    latencies.requested('welcome', 0);
    latencies.saw('welcome', 1);
    latencies.begin('quiet');
    latencies.requested('late', 0);
    latencies.begin('disrupted');
    latencies.saw('late', 1);
    const { quiet, disrupted } = latencies.summary;
    expect([quiet.count, disrupted.count]).toEqual([0, 1]);
  });
});
