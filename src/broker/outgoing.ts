import type { Event } from '../../generated/events/models.ts';
import { type FeedEvent, isLive } from '../store/event.ts';

/** What is to be told to the other servers. */
export interface News {
  /** The newest event that is told of; 0 for none. */
  readonly headSeq: number;
  /** Ascending; those before them may be missing. */
  readonly events: Event[];
}

/** What one message may hold, so that it stays below what engines take: 1 MB for Kafka and NATS. */
const limits = { events: 256, characters: 65_536 };

/**
 * What is waiting to be told, for as long as something else is on its way. It never holds more than one message:
 * where more comes, the events go and the newest seq stays, and the others read the log.
 */
export class Outgoing {
  #events: Event[] = [];
  #characters = 0;
  #headSeq = 0;
  #isDue = false;

  add(event: FeedEvent): void {
    this.mention(event.seq);
    if (event.kind === 'post' && !isLive(event)) return;
    this.#characters += event.kind === 'post' ? event.text.length : 0;
    this.#events.push(event);
    if (this.#events.length > limits.events || this.#characters > limits.characters) this.forgetEvents();
  }

  /** Only the seq is to be told. */
  mention(seq: number): void {
    this.#headSeq = Math.max(this.#headSeq, seq);
    this.#isDue = true;
  }

  forgetEvents(): void {
    this.#events = [];
    this.#characters = 0;
  }

  /** Takes all of it; null where there is nothing. */
  take(): News | null {
    if (!this.#isDue) return null;
    const news = { headSeq: this.#headSeq, events: this.#events };
    this.#isDue = false;
    this.#headSeq = 0;
    this.forgetEvents();
    return news;
  }
}
