/** Enough for all active clients of one process. */
const defaultMaxKeys = 100_000;

/**
 * A map of bounded size that forgets the keys that were not used for the longest time. It keeps two generations of keys:
 * when the newer one is full, the older one is forgotten. A key that is used stays, so it can only be forgotten after
 * the use of `maxKeys / 2` others.
 */
export class RecentMap<Value> {
  readonly #maxGeneration: number;
  #newer = new Map<string, Value>();
  #older = new Map<string, Value>();

  constructor(maxKeys = defaultMaxKeys) {
    this.#maxGeneration = Math.ceil(maxKeys / 2);
  }

  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  get(key: string): Value | undefined {
    const recent = this.#newer.get(key);
    if (recent !== undefined) return recent;
    const aging = this.#older.get(key);
    if (aging !== undefined) this.set(key, aging);
    return aging;
  }

  set(key: string, value: Value): void {
    this.#older.delete(key);
    if (this.#newer.size >= this.#maxGeneration && !this.#newer.has(key)) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, value);
  }
}
