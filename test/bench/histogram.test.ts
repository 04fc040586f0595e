import { describe, expect, it } from 'vitest';
import { Histogram } from '../../bench/load/histogram.ts';

function histogramOf(timesMs: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of timesMs) histogram.add(ms);
  return histogram;
}

describe('the histogram', () => {
  it.each([0.003, 0.127, 0.128, 0.9, 7.77, 63.2, 812, 45_000, 3_000_000])('keeps %f ms to 1 %', (ms) => {
    // The larger time prevents the quantile from being capped at the exact maximum.
    const found = histogramOf([ms, 4_000_000]).quantileMs(0.5);
    expect(Math.abs(found - ms)).toBeLessThanOrEqual(Math.max(0.01 * ms, 0.0005));
  });

  it('returns the quantiles of the added values', () => {
    const histogram = histogramOf(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(histogram.count).toBe(1000);
    expect(histogram.maxMs).toBe(1000);
    for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
      expect(Math.abs(histogram.quantileMs(share) / (1000 * share) - 1)).toBeLessThan(0.01);
    }
  });

  it('never exceeds the maximum', () => {
    expect(histogramOf([8.001]).quantileMs(0.99)).toBe(8.001);
  });

  it('is empty after clearing', () => {
    const histogram = histogramOf([5]);
    histogram.clear();
    expect([histogram.count, histogram.maxMs, histogram.quantileMs(0.5)]).toEqual([0, 0, 0]);
  });
});
