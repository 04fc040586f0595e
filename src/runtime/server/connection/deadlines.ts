/** What has a deadline. */
export interface Expiring {
  /** By `performance.now()`. */
  readonly startMs: number;
}

/**
 * Calls back for entries that are not deleted in time. All have the same time and are added when they start, so the
 * first is always the next to be late, and one timer serves any number of them.
 */
export class Deadlines<Entry extends Expiring> {
  readonly #timeoutMs: number;
  /** In the order of their starts, with the function to call. */
  readonly #entries = new Map<Entry, (entry: Entry) => void>();
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add(entry: Entry, onLate: (entry: Entry) => void): void {
    this.#entries.set(entry, onLate);
    if (this.#timer === null) this.#timer = this.#wait(entry);
  }

  delete(entry: Entry): void {
    this.#entries.delete(entry);
  }

  /** Looks at the entries again when `first` is late; deleted entries are not searched for before that. */
  #wait({ startMs }: Entry): NodeJS.Timeout {
    const timer = setTimeout(() => this.#check(), Math.max(0, startMs + this.#timeoutMs - performance.now()));
    return timer.unref();
  }

  #check(): void {
    this.#timer = null;
    const nowMs = performance.now();
    for (const [entry, onLate] of this.#entries) {
      // Timers may fire up to a millisecond early.
      if (entry.startMs + this.#timeoutMs > nowMs + 1) {
        if (this.#timer === null) this.#timer = this.#wait(entry);
        break;
      }
      this.#entries.delete(entry);
      onLate(entry);
    }
  }
}
