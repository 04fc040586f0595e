import { setTimeout as wait } from 'node:timers/promises';
import type { LogState } from './engine.ts';
import { logUnreadable } from './log-unreadable.ts';

/** Beyond that, callers share the read after the next one. */
const maxSeqs = 500;

/** Where the reads happen, one at a time. They never reject. */
export interface ReadSource {
  readonly current: () => Promise<unknown> | null;
  /** Reads with the marks of these events. Resolves with null if the log cannot be read. */
  readonly begin: (seqs: readonly number[]) => Promise<LogState | null>;
}

interface NextRead {
  readonly seqs: Set<number>;
  readonly state: Promise<LogState>;
}

/**
 * Reads that begin after their callers have asked, at most one per interval: all who ask until one begins share it. So
 * clients that reconnect at the same time cost a few reads.
 */
export class SharedReads {
  readonly #source: ReadSource;
  readonly #intervalMs: number;
  #next: NextRead | null = null;
  #beganMs = Number.NEGATIVE_INFINITY;

  constructor(source: ReadSource, intervalMs: number) {
    this.#source = source;
    this.#intervalMs = intervalMs;
  }

  /**
   * Resolves with the state of the log after the call, and with the mark of the event with this seq.
   *
   * @throws PostedError `unavailable` if the log cannot be read
   */
  async read(seq?: number): Promise<LogState> {
    while (this.#next !== null && this.#next.seqs.size >= maxSeqs) {
      await this.#next.state.catch(() => {});
    }
    if (this.#next === null) {
      const seqs = new Set<number>();
      this.#next = { seqs, state: this.#readSoon(seqs) };
    }
    if (seq !== undefined) this.#next.seqs.add(seq);
    return await this.#next.state;
  }

  async #readSoon(seqs: ReadonlySet<number>): Promise<LogState> {
    // At least one turn of the microtask queue, so that `#next` is set before it is cleared.
    await Promise.resolve();
    const waitMs = this.#beganMs + this.#intervalMs - performance.now();
    if (waitMs > 0) await wait(waitMs);
    const { current, begin } = this.#source;
    // Joining a read in progress would make its first callers wait longer with each new one.
    for (let reading = current(); reading !== null; reading = current()) await reading;
    this.#next = null;
    this.#beganMs = performance.now();
    const state = await begin([...seqs]);
    if (state !== null) return state;
    throw logUnreadable();
  }
}
