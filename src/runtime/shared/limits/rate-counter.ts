import { burstOf, type Limit } from './limit.ts';

/** The time at which a key has its whole allowance again, in milliseconds of `performance.now()`. */
interface Allowance {
  fullAtMs: number;
}

/** Enough for all active clients of one process. With keys of 36 characters, they take about 14 MB. */
const defaultMaxKeys = 100_000;

/**
 * Counts by key how often something happened, by the generic cell rate algorithm (ITU-T I.371): one number for each
 * key, no timers, and no moment at which a whole new quota begins.
 *
 * Memory is bounded by two generations of keys: when the newer one is full, the older one is forgotten. A key that is
 * used stays, so a client can only be forgotten after requests of `maxKeys / 2` others.
 */
export class RateCounter {
  readonly #intervalMs: number;
  /** How far ahead of time a key may be. */
  readonly #toleranceMs: number;
  readonly #maxGeneration: number;
  #newer = new Map<string, Allowance>();
  #older = new Map<string, Allowance>();

  constructor(limit: Limit, maxKeys = defaultMaxKeys) {
    this.#intervalMs = (limit.seconds * 1000) / limit.rate;
    this.#toleranceMs = (burstOf(limit) - 1) * this.#intervalMs;
    this.#maxGeneration = Math.ceil(maxKeys / 2);
  }

  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /** Counts one more and returns 0, or returns after how many milliseconds it is allowed, and counts nothing. */
  take(key: string): number {
    const nowMs = performance.now();
    const allowance = this.#allowanceOf(key);
    const fullAtMs = Math.max(allowance.fullAtMs, nowMs);
    const waitMs = fullAtMs - this.#toleranceMs - nowMs;
    // Sums of fractions are not exact.
    if (waitMs > 0.001) return Math.ceil(waitMs);
    allowance.fullAtMs = fullAtMs + this.#intervalMs;
    return 0;
  }

  #allowanceOf(key: string): Allowance {
    const known = this.#newer.get(key);
    if (known !== undefined) return known;
    const allowance = this.#older.get(key) ?? { fullAtMs: 0 };
    this.#older.delete(key);
    if (this.#newer.size >= this.#maxGeneration) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, allowance);
    return allowance;
  }
}
