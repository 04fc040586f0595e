import { setTimeout as wait } from 'node:timers/promises';
import type { LogState } from './engine.ts';

/** Beyond that, callers share the read after the next one. */
const maxSeqs = 500;

interface NextRead {
  readonly seqs: Set<number>;
  readonly state: Promise<LogState>;
}

/**
 * Reads that begin after their callers have asked, at most one per interval: all who ask until one begins share it. So
 * clients that reconnect at the same time cost a few reads.
 */
export class SharedReads {
  readonly #read: (takeSeqs: () => readonly number[]) => Promise<LogState>;
  readonly #intervalMs: number;
  #next: NextRead | null = null;
  #beganMs = Number.NEGATIVE_INFINITY;

  /** `read` calls `takeSeqs` when it begins, for the seqs whose marks its callers need. */
  constructor(read: (takeSeqs: () => readonly number[]) => Promise<LogState>, intervalMs: number) {
    this.#read = read;
    this.#intervalMs = intervalMs;
  }

  /** Resolves with the state of the log after the call, and with the mark of the event with this seq. */
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
    return await this.#read(() => {
      this.#next = null;
      this.#beganMs = performance.now();
      return [...seqs];
    });
  }
}
