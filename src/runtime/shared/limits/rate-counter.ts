import { burstOf, type Rate } from './limit.ts';
import { RecentMap } from './recent-map.ts';

/** The time at which a key has its whole allowance again, in milliseconds of `performance.now()`. */
interface Allowance {
  fullAtMs: number;
}

/**
 * Counts by key how often something happened, by the generic cell rate algorithm (ITU-T I.371): one number for each
 * key, no timers, and no moment at which a whole new quota begins. 100,000 keys of 36 characters, the default maximum,
 * take about 14 MB.
 */
export class RateCounter {
  readonly #intervalMs: number;
  /** How far ahead of time a key may be. */
  readonly #toleranceMs: number;
  readonly #allowances: RecentMap<Allowance>;

  constructor(rate: Rate, maxKeys?: number) {
    this.#intervalMs = (rate.seconds * 1000) / rate.rate;
    this.#toleranceMs = (burstOf(rate) - 1) * this.#intervalMs;
    this.#allowances = new RecentMap(maxKeys);
  }

  get size(): number {
    return this.#allowances.size;
  }

  /** Counts one more and returns 0, or returns after how many milliseconds it is allowed, and counts nothing. */
  take(key: string): number {
    const nowMs = performance.now();
    const allowance = this.#allowanceOf(key);
    const waitMs = this.#waitMs(allowance, nowMs);
    if (waitMs === 0) allowance.fullAtMs = Math.max(allowance.fullAtMs, nowMs) + this.#intervalMs;
    return waitMs;
  }

  /** After how many milliseconds `take` would count one more. */
  waitOf(key: string): number {
    const allowance = this.#allowances.get(key);
    return allowance === undefined ? 0 : this.#waitMs(allowance, performance.now());
  }

  /** Counts as many as `count`, also above the limit; a negative number takes back what was counted before. */
  add(key: string, count: number): void {
    const allowance = this.#allowanceOf(key);
    allowance.fullAtMs = Math.max(allowance.fullAtMs, performance.now()) + count * this.#intervalMs;
  }

  #waitMs({ fullAtMs }: Allowance, nowMs: number): number {
    const waitMs = fullAtMs - this.#toleranceMs - nowMs;
    // Sums of fractions are not exact.
    return waitMs > 0.001 ? Math.ceil(waitMs) : 0;
  }

  #allowanceOf(key: string): Allowance {
    const known = this.#allowances.get(key);
    if (known !== undefined) return known;
    const allowance = { fullAtMs: 0 };
    this.#allowances.set(key, allowance);
    return allowance;
  }
}
