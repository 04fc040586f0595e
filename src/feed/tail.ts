import type { Log } from '../log.ts';
import type { FeedEvent } from '../store/event.ts';
import type { Store } from '../store/store.ts';

export interface TailOptions {
  readonly store: Pick<Store, 'eventsAfter' | 'headSeq'>;
  readonly log: Log;
  /** Called with every event once, strictly in the order of seq, without a hole. Must not throw. */
  apply(event: FeedEvent): void;
  /** How often the log is read when nothing is offered. */
  readonly tickMs?: number;
  /** How long an event that came too early waits for those before it until the log is read. */
  readonly holeMs?: number;
}

const pageSize = 1000;
/** Events that came too early and are held. More are dropped, which costs one read of the log. */
const maxEarly = 10_000;

/**
 * Follows the log. Events are offered from whichever side knows them first and may be missing,
 * repeated or out of order: each hole is seen by its seq and filled from the log, which alone is true.
 */
export class Tail {
  readonly #options: TailOptions;
  readonly #early = new Map<number, FeedEvent>();
  readonly #ticker: NodeJS.Timeout;
  readonly #holeMs: number;
  #holeTimer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;
  #seq: number;
  #isClosed = false;

  private constructor(options: TailOptions, seq: number) {
    this.#options = options;
    this.#seq = seq;
    this.#holeMs = options.holeMs ?? 50;
    this.#ticker = setInterval(() => void this.catchUp(), options.tickMs ?? 1000);
    this.#ticker.unref();
  }

  /** Starts behind the newest event of the log. */
  static async start(options: TailOptions): Promise<Tail> {
    return new Tail(options, await options.store.headSeq());
  }

  /** The seq of the last event that was applied. */
  get seq(): number {
    return this.#seq;
  }

  offer(event: FeedEvent): void {
    if (this.#isClosed || event.seq <= this.#seq) return;
    if (event.seq === this.#seq + 1) {
      this.#apply(event);
      this.#applyEarly();
      return;
    }
    if (this.#early.size < maxEarly) this.#early.set(event.seq, event);
    this.#holeTimer ??= setTimeout(() => {
      this.#holeTimer = null;
      void this.catchUp();
    }, this.#holeMs);
  }

  /** Reads the log up to its end. Calls that overlap share one read. */
  catchUp(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    if (this.#holeTimer !== null) clearTimeout(this.#holeTimer);
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { store, log } = this.#options;
    try {
      while (!this.#isClosed) {
        const events = await store.eventsAfter(this.#seq, pageSize);
        for (const event of events) {
          if (event.seq === this.#seq + 1) this.#apply(event);
        }
        this.#applyEarly();
        if (events.length < pageSize) return;
      }
    } catch (thrown) {
      // Nothing is lost by it: the next tick reads from the same seq.
      log.error({ err: thrown, seq: this.#seq }, 'the log could not be read');
    }
  }

  #apply(event: FeedEvent): void {
    this.#seq = event.seq;
    this.#options.apply(event);
  }

  #applyEarly(): void {
    if (this.#early.size === 0) return;
    for (let next = this.#early.get(this.#seq + 1); next !== undefined; ) {
      this.#apply(next);
      next = this.#early.get(this.#seq + 1);
    }
    for (const seq of this.#early.keys()) {
      if (seq <= this.#seq) this.#early.delete(seq);
    }
  }
}
