import type { FeedEvent } from '../store/event.ts';

export interface RecentEventsLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Older events are read from the log: another node may have changed or deleted their posts. */
  readonly maxAgeMs: number;
}

/** The memory that an event takes besides its text, including its encoded frame. */
const overheadBytes = 500;

/**
 * The newest events of the log in a ring, limited in number, bytes and age. Clients that reconnect after a
 * short time resume from here, without reading the log.
 */
export class RecentEvents {
  readonly #limits: RecentEventsLimits;
  readonly #ring: (FeedEvent | undefined)[];
  /** At each tick, the seq of the newest event. */
  readonly #samples: { readonly seq: number; readonly atMs: number }[] = [];
  /** The seq of the oldest event kept; `#last + 1` if there is none. */
  #first: number;
  #last: number;
  #bytes = 0;

  /** `seq` is the one before the first event that will be added. */
  constructor(limits: RecentEventsLimits, seq: number) {
    this.#limits = limits;
    this.#ring = Array.from({ length: limits.maxEvents });
    this.#first = seq + 1;
    this.#last = seq;
  }

  /** Events are added strictly in seq order, without gaps. */
  add(event: FeedEvent): void {
    if (event.seq - this.#first >= this.#limits.maxEvents) this.#dropOldest();
    this.#ring[event.seq % this.#limits.maxEvents] = event;
    this.#last = event.seq;
    this.#bytes += sizeOf(event);
    while (this.#bytes > this.#limits.maxBytes && this.#first < this.#last) this.#dropOldest();
  }

  /** The events after `seq`; null unless all of them are here. */
  after(seq: number): Iterable<FeedEvent> | null {
    this.#dropExpired(performance.now());
    return seq >= this.#first - 1 ? this.#from(seq + 1) : null;
  }

  /** Replaces the text of a post that was changed, or deleted (null). */
  revise(postId: string, text: string | null): void {
    for (const event of this.#from(this.#first)) {
      if (event.kind !== 'post' || event.postId !== postId) continue;
      const revised = { ...event, text };
      this.#ring[event.seq % this.#limits.maxEvents] = revised;
      this.#bytes += sizeOf(revised) - sizeOf(event);
      return;
    }
  }

  /** Called about once a second, with `performance.now()`. The age of events is known to one tick. */
  tick(nowMs: number): void {
    this.#dropExpired(nowMs);
    this.#samples.push({ seq: this.#last, atMs: nowMs });
  }

  #dropExpired(nowMs: number): void {
    const expiredMs = nowMs - this.#limits.maxAgeMs;
    for (let [oldest] = this.#samples; oldest !== undefined && oldest.atMs <= expiredMs; ) {
      while (this.#first <= oldest.seq) this.#dropOldest();
      this.#samples.shift();
      [oldest] = this.#samples;
    }
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
