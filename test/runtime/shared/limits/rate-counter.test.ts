import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RateCounter } from '../../../../src/runtime/shared/limits/rate-counter.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function takeTimes(counter: RateCounter, key: string, times: number): readonly number[] {
  return Array.from({ length: times }, () => counter.take(key));
}

describe('a rate counter', () => {
  it('allows a burst, and then one in each interval', () => {
    const counter = new RateCounter({ rate: 2, seconds: 1, burst: 3 });
    expect(takeTimes(counter, 'ann', 5)).toEqual([0, 0, 0, 500, 500]);
    vi.advanceTimersByTime(499);
    expect(counter.take('ann')).toBe(1);
    vi.advanceTimersByTime(1);
    expect(takeTimes(counter, 'ann', 2)).toEqual([0, 500]);
  });

  it('allows no more after a long pause than the burst', () => {
    const counter = new RateCounter({ rate: 3, seconds: 60 });
    vi.advanceTimersByTime(3_600_000);
    expect(takeTimes(counter, 'ann', 4)).toEqual([0, 0, 0, 20_000]);
  });

  it.each([
    [0.5, 1, [0, 2000]],
    [1, 3, [0, 3000]],
    [3, 1, [0, 0, 0, 334]],
  ])('takes rates that do not divide, such as %d in %d s', (rate, seconds, waits) => {
    const counter = new RateCounter({ rate, seconds });
    expect(takeTimes(counter, 'ann', waits.length)).toEqual(waits);
  });

  it('tells how long to wait, without counting', () => {
    const counter = new RateCounter({ rate: 2, seconds: 1 });
    expect(counter.waitOf('ann')).toBe(0);
    takeTimes(counter, 'ann', 2);
    expect([counter.waitOf('ann'), counter.waitOf('ann'), counter.waitOf('bea')]).toEqual([500, 500, 0]);
    vi.advanceTimersByTime(500);
    expect([counter.waitOf('ann'), ...takeTimes(counter, 'ann', 2)]).toEqual([0, 0, 500]);
  });

  it('counts several at once, also above the limit, and takes them back', () => {
    const counter = new RateCounter({ rate: 2, seconds: 1 });
    counter.add('ann', 5);
    expect(counter.take('ann')).toBe(2000);
    counter.add('ann', -4);
    expect(takeTimes(counter, 'ann', 2)).toEqual([0, 500]);
  });

  it('cannot be in credit by taking back what has been forgotten already', () => {
    const counter = new RateCounter({ rate: 2, seconds: 1 });
    counter.add('ann', 2);
    vi.advanceTimersByTime(10_000);
    counter.add('ann', -2);
    expect(takeTimes(counter, 'ann', 3)).toEqual([0, 0, 500]);
  });

  it('never knows more than its maximum of keys, and forgets those that are not used first', () => {
    const counter = new RateCounter({ rate: 1, seconds: 600 }, 1000);
    counter.take('idle');
    for (let number = 0; number < 20_000; number += 1) {
      counter.take(`address ${number}`);
      expect(counter.take('busy')).toBe(number === 0 ? 0 : 600_000);
      expect(counter.size).toBeLessThanOrEqual(1000);
    }
    expect(counter.take('idle')).toBe(0);
  });
});
