import { changedEvent, isChange } from './changed-event.ts';
import type { Position } from './cursor.ts';
import { EntityChains } from './entity-chains.ts';
import { isMessage, type LogEvent, type MessageEvent } from './event.ts';
import { memoryOf } from './event-memory.ts';

export interface RecentEventsLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

export const recentLimits: RecentEventsLimits = { maxEvents: 16_384, maxBytes: 33_554_432, maxAgeMs: 10_000 };

/**
 * The newest events of the log in a ring, limited in number, bytes and age. Clients that reconnect after a short time
 * resume from here, without reading the log. Adding a redaction or a revision changes the events that it is about.
 */
export class RecentEvents {
  readonly #limits: RecentEventsLimits;
  readonly #ring: (LogEvent | undefined)[];
  readonly #chains: EntityChains;
  /** At each tick, the seq of the newest event. */
  readonly #samples: { readonly seq: number; readonly atMs: number }[] = [];
  /** The seq of the oldest event kept; `#last + 1` while the ring is empty. */
  #first: number;
  #last: number;
  /** The mark of the event before the oldest one. */
  #markBefore: number;
  #bytes = 0;

  /** `position` is the one before the first event that will be added. */
  constructor(limits: RecentEventsLimits, { seq, mark }: Position) {
    this.#limits = limits;
    this.#ring = Array.from({ length: limits.maxEvents });
    this.#chains = new EntityChains(limits.maxEvents);
    this.#first = seq + 1;
    this.#last = seq;
    this.#markBefore = mark;
  }

  /** Events are added strictly in seq order, without gaps. */
  add(event: LogEvent): void {
    if (event.seq - this.#first >= this.#limits.maxEvents) this.#dropOldest();
    this.#ring[this.#slot(event.seq)] = event;
    this.#last = event.seq;
    this.#bytes += memoryOf(event);
    if (isMessage(event) && event.entity !== null) {
      this.#chains.add(event.entity, event.seq);
      if (isChange(event)) this.#change(event);
    }
    while (this.#bytes > this.#limits.maxBytes && this.#first < this.#last) this.#dropOldest();
  }

  /** The events after `seq`; null unless all of them are here. */
  after(seq: number): Iterable<LogEvent> | null {
    this.#dropExpired(performance.now());
    return seq >= this.#first - 1 ? this.#from(seq + 1) : null;
  }

  /** The mark of the event with this seq; null if it is not known here. */
  markAt(seq: number): number | null {
    if (seq === this.#first - 1) return this.#markBefore;
    if (seq < this.#first || seq > this.#last) return null;
    return this.#ring[this.#slot(seq)]?.mark ?? null;
  }

  /** Called about once a second, with `performance.now()`. The age of events is known to one tick. */
  tick(nowMs: number): void {
    this.#dropExpired(nowMs);
    this.#samples.push({ seq: this.#last, atMs: nowMs });
  }

  /** Drops or replaces the payloads of earlier events. */
  #change(change: MessageEvent): void {
    const chains = this.#chains;
    for (let seq = chains.before(change.seq); seq >= this.#first; seq = chains.before(seq)) {
      const event = this.#ring[this.#slot(seq)];
      if (event === undefined || !isMessage(event) || event.entity !== change.entity) continue;
      const changed = changedEvent(event, change);
      this.#ring[this.#slot(seq)] = changed;
      this.#bytes += memoryOf(changed) - memoryOf(event);
    }
  }

  #dropExpired(nowMs: number): void {
    const expiredMs = nowMs - this.#limits.maxAgeMs;
    for (let [oldest] = this.#samples; oldest !== undefined && oldest.atMs <= expiredMs; ) {
      while (this.#first <= oldest.seq) this.#dropOldest();
      this.#samples.shift();
      [oldest] = this.#samples;
    }
  }

  *#from(seq: number): Generator<LogEvent> {
    for (let next = seq; next <= this.#last; next += 1) {
      const event = this.#ring[this.#slot(next)];
      if (event !== undefined) yield event;
    }
  }

  #dropOldest(): void {
    const slot = this.#slot(this.#first);
    const oldest = this.#ring[slot];
    if (oldest !== undefined) {
      this.#bytes -= memoryOf(oldest);
      this.#markBefore = oldest.mark;
    }
    this.#ring[slot] = undefined;
    this.#first += 1;
  }

  #slot(seq: number): number {
    return seq % this.#limits.maxEvents;
  }
}
