import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Expirable, Expiries } from '../../../src/runtime/server/connection/expiries.ts';

class Member implements Expirable {
  readonly expiresAtMs: number;
  readonly #ended: number[];
  expiryIndex = -1;

  constructor(expiresAtMs: number, ended: number[]) {
    this.expiresAtMs = expiresAtMs;
    this.#ended = ended;
  }

  expire(): void {
    this.#ended.push(this.expiresAtMs);
  }
}

function create() {
  const ended: number[] = [];
  return { ended, expiries: new Expiries<Member>(), member: (atMs: number) => new Member(atMs, ended) };
}

describe('expiries', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  it('end the members in the order of their times, each at its time', () => {
    const { ended, expiries, member } = create();
    const times = [7000, 50, 90_000, 50, 3000, 86_400_000, 3001];
    for (const atMs of times) expiries.add(member(atMs));
    const order = times.toSorted((a, b) => a - b);
    for (const atMs of new Set(order)) {
      vi.advanceTimersByTime(atMs - Date.now() - 1);
      expect(ended).toEqual(order.filter((other) => other < atMs));
      vi.advanceTimersByTime(1);
      expect(ended).toEqual(order.filter((other) => other <= atMs));
    }
  });

  it('leave those that were removed alone, wherever they were', () => {
    const { ended, expiries, member } = create();
    const members = Array.from({ length: 500 }, (_, index) => member(((index * 7919) % 500) * 10));
    for (const one of members) expiries.add(one);
    const kept = members.filter((one, index) => {
      if (index % 3 === 0) return true;
      expiries.remove(one);
      expiries.remove(one);
      return false;
    });
    vi.advanceTimersByTime(10_000);
    expect(ended).toEqual(kept.map(({ expiresAtMs }) => expiresAtMs).toSorted((a, b) => a - b));
  });

  it('end very many in several turns', () => {
    const { ended, expiries, member } = create();
    for (let count = 0; count < 1200; count += 1) expiries.add(member(10));
    vi.advanceTimersToNextTimer();
    expect(ended).toHaveLength(500);
    vi.advanceTimersByTime(2);
    expect(ended).toHaveLength(1200);
  });

  it('notice within a second that the clock was set forward', () => {
    const { ended, expiries, member } = create();
    expiries.add(member(3_600_000));
    vi.setSystemTime(3_600_000);
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual([3_600_000]);
  });

  it('need no timer without members, nor after they were stopped', () => {
    const { ended, expiries, member } = create();
    expect(vi.getTimerCount()).toBe(0);
    expiries.add(member(10));
    expiries.stop();
    vi.advanceTimersByTime(100);
    expect([ended, vi.getTimerCount()]).toEqual([[], 0]);
  });
});
