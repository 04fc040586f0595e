import type { FeedEvent } from '../store/event.ts';

export interface RecentLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** What an event costs in memory beside its text, the frame that is made of it included. */
const overheadBytes = 500;

/**
 * The newest events of the log, bounded in number and in bytes: what nearly every client that comes
 * back has missed can be read from here in the same turn.
 */
export class RecentEvents {
  readonly #limits: RecentLimits;
  readonly #ring: (FeedEvent | undefined)[];
  /** The seq of the oldest event held, one above #last where there is none. */
  #first: number;
  #last: number;
  #bytes = 0;

  /** `seq` is that of the last event before the first that will be added. */
  constructor(limits: RecentLimits, seq: number) {
    this.#limits = limits;
    this.#ring = Array.from({ length: limits.maxEvents });
    this.#first = seq + 1;
    this.#last = seq;
  }

  /** The seq of the newest event. */
  get seq(): number {
    return this.#last;
  }

  /** Events are added strictly in the order of seq, without a hole. */
  add(event: FeedEvent): void {
    if (event.seq - this.#first >= this.#limits.maxEvents) this.#dropOldest();
    this.#ring[event.seq % this.#limits.maxEvents] = event;
    this.#last = event.seq;
    this.#bytes += sizeOf(event);
    while (this.#bytes > this.#limits.maxBytes && this.#first < this.#last) this.#dropOldest();
  }

  /** The events above `seq`; null unless all of them are here. */
  after(seq: number): Iterable<FeedEvent> | null {
    return seq >= this.#first - 1 ? this.#from(seq + 1) : null;
  }

  /** A post was changed, or deleted (null): what is replayed from here says so too. */
  revise(postId: string, text: string | null): void {
    for (const event of this.#from(this.#first)) {
      if (event.kind !== 'post' || event.postId !== postId) continue;
      const revised = { ...event, text };
      this.#ring[event.seq % this.#limits.maxEvents] = revised;
      this.#bytes += sizeOf(revised) - sizeOf(event);
      return;
    }
  }

  /** Drops the events up to `seq`. */
  dropUpTo(seq: number): void {
    while (this.#first <= Math.min(seq, this.#last)) this.#dropOldest();
  }

  *#from(seq: number): Generator<FeedEvent> {
    for (let next = seq; next <= this.#last; next += 1) {
      const event = this.#ring[next % this.#limits.maxEvents];
      if (event !== undefined) yield event;
    }
  }

  #dropOldest(): void {
    const slot = this.#first % this.#limits.maxEvents;
    const oldest = this.#ring[slot];
    if (oldest !== undefined) this.#bytes -= sizeOf(oldest);
    this.#ring[slot] = undefined;
    this.#first += 1;
  }
}

function sizeOf(event: FeedEvent): number {
  return overheadBytes + (event.kind === 'post' ? (event.text?.length ?? 0) * 4 : 0);
}
