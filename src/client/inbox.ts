import type { Delivery } from './resumption.ts';

/**
 * The messages that wait for the application, in the order of arrival. It takes more than its limit,
 * for what has been read cannot be unread: whoever fills it stops when it is full and goes on when
 * there is room.
 */
export class Inbox {
  readonly #limit: number;
  readonly #waiting: Delivery[] = [];
  #ended = false;
  /** Resolved by the next `put` or `end`. */
  #change: PromiseWithResolvers<void> | null = null;
  /** Not null while it is full. */
  #room: PromiseWithResolvers<void> | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves when it is not full. */
  async room(): Promise<void> {
    await this.#room?.promise;
  }

  /** Returns true when this has filled it. */
  put(delivery: Delivery): boolean {
    this.#waiting.push(delivery);
    this.#changed();
    if (this.#room !== null || this.#waiting.length < this.#limit) return false;
    this.#room = Promise.withResolvers();
    return true;
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting.length = 0;
    this.#taken();
  }

  /** Lets those who take come to an end once nothing waits any more. */
  end(): void {
    this.#ended = true;
    this.#changed();
  }

  /** Takes messages until the end. Each goes to one taker only, which is done with it when it asks for the next. */
  async *take(): AsyncGenerator<Delivery, void, undefined> {
    for (;;) {
      const delivery = this.#waiting.shift();
      if (delivery !== undefined) {
        this.#taken();
        yield delivery;
      } else if (this.#ended) {
        return;
      } else {
        this.#change ??= Promise.withResolvers();
        await this.#change.promise;
      }
    }
  }

  #changed(): void {
    this.#change?.resolve();
    this.#change = null;
  }

  /** It counts as full down to half of the limit, so that reading does not stop and start with every message. */
  #taken(): void {
    if (this.#waiting.length > this.#limit / 2) return;
    this.#room?.resolve();
    this.#room = null;
  }
}
