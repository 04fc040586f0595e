import type { Hint, HintedEvent } from './broker.ts';

/** Limits of one message, which keep it below what the engines accept: 1 MB for Kafka and NATS. */
const limits = { events: 256, characters: 65_536 };

/**
 * The next hint, which gathers events while the previous one is being sent. It never holds more than one message:
 * beyond that the events are dropped and the newest seq is kept, so that the other nodes read the log.
 */
export class Outgoing<Event extends HintedEvent> {
  readonly #sizeOf: (event: Event) => number | null;
  #events: Event[] = [];
  #characters = 0;
  #headSeq = 0;
  #isPending = false;

  /** `sizeOf` gives an event's size in characters, or null for an event of which only the seq is published. */
  constructor(sizeOf: (event: Event) => number | null) {
    this.#sizeOf = sizeOf;
  }

  add(event: Event): void {
    this.mention(event.seq);
    const size = this.#sizeOf(event);
    if (size === null) return;
    this.#characters += size;
    this.#events.push(event);
    if (this.#events.length > limits.events || this.#characters > limits.characters) this.forgetEvents();
  }

  /** Publishes the seq without its event. */
  mention(seq: number): void {
    this.#headSeq = Math.max(this.#headSeq, seq);
    this.#isPending = true;
  }

  forgetEvents(): void {
    this.#events = [];
    this.#characters = 0;
  }

  /** Returns the hint and starts the next one; null if there is nothing to publish. */
  take(): Hint<Event> | null {
    if (!this.#isPending) return null;
    const hint = { headSeq: this.#headSeq, events: this.#events };
    this.#isPending = false;
    this.#headSeq = 0;
    this.forgetEvents();
    return hint;
  }
}
