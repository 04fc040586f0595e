/** Counts by key up to a maximum; 0 means no maximum, and nothing is counted. An empty or missing key is not counted either. */
export class KeyedCount {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  get isLimited(): boolean {
    return this.#max > 0;
  }

  isFull(key = ''): boolean {
    return this.#max > 0 && (this.#counts.get(key) ?? 0) >= this.#max;
  }

  /** Counts one more; false if that would exceed the maximum. */
  add(key = ''): boolean {
    if (this.#max === 0 || key === '') return true;
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#max) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  remove(key = ''): void {
    const count = this.#counts.get(key);
    if (count === undefined) return;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
  }
}
