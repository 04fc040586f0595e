import type { Hint, HintedEvent } from './broker.ts';

/** The limits of a message, which keep it below those of the engines: 1 MB for Kafka and NATS. */
const limits = { events: 256, characters: 65_536 };

/**
 * The next hint, which collects events while the previous one is sent. It never exceeds one message: beyond that, it
 * drops its events and keeps the newest seq, so that the other nodes read the log.
 */
export class PendingHint<Event extends HintedEvent> {
  readonly #sizeOf: (event: Event) => number | null;
  #events: Event[] = [];
  #characters = 0;
  #headSeq = 0;
  #isPending = false;

  /** `sizeOf` returns an event's size in characters, or null to publish only its seq. */
  constructor(sizeOf: (event: Event) => number | null) {
    this.#sizeOf = sizeOf;
  }

  add(event: Event): void {
    this.addSeq(event.seq);
    const size = this.#sizeOf(event);
    if (size === null) return;
    this.#characters += size;
    this.#events.push(event);
    if (this.#events.length > limits.events || this.#characters > limits.characters) this.dropEvents();
  }

  /** Adds the seq without its event. */
  addSeq(seq: number): void {
    this.#headSeq = Math.max(this.#headSeq, seq);
    this.#isPending = true;
  }

  dropEvents(): void {
    this.#events = [];
    this.#characters = 0;
  }

  /** Returns the hint and starts the next one; null if there is nothing to publish. */
  take(): Hint<Event> | null {
    if (!this.#isPending) return null;
    const hint = { headSeq: this.#headSeq, events: this.#events };
    this.#isPending = false;
    this.#headSeq = 0;
    this.dropEvents();
    return hint;
  }
}
