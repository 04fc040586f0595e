import { defer } from './deferred.ts';

/**
 * A queue of messages for the application. It accepts more items than its limit, since what has been read
 * cannot be unread: the producer stops reading when it is full and continues once it has room.
 */
export class Inbox<Item extends object> {
  readonly #limit: number;
  readonly #queue: Item[] = [];
  #ended = false;
  /** Resolved by the next `put`, `end` or `wake`. */
  #change: PromiseWithResolvers<void> | null = null;
  /** Not null while it is full. */
  #room: PromiseWithResolvers<void> | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#room !== null;
  }

  /** Whether it is empty for good. */
  get isDone(): boolean {
    return this.#ended && this.#queue.length === 0;
  }

  /** Resolves when it is not full. */
  async hasRoom(): Promise<void> {
    await this.#room?.promise;
  }

  /** Returns true if this item has filled it. */
  put(item: Item): boolean {
    this.#queue.push(item);
    this.wake();
    if (this.#room !== null || this.#queue.length < this.#limit) return false;
    this.#room = defer();
    return true;
  }

  /** Removes and returns the first item; undefined if the inbox is empty. */
  take(): Item | undefined {
    const item = this.#queue.shift();
    this.#taken();
    return item;
  }

  /** Drops all queued items, or all but some. */
  clear(isKept: (item: Item) => boolean = () => false): void {
    this.#queue.splice(0, Number.POSITIVE_INFINITY, ...this.#queue.filter(isKept));
    this.#taken();
  }

  /** Lets consumers finish once the queue is empty. */
  end(): void {
    this.#ended = true;
    this.wake();
  }

  /** Resolves after the next `put`, `end` or `wake`. */
  async changed(): Promise<void> {
    this.#change ??= defer();
    await this.#change.promise;
  }

  wake(): void {
    this.#change?.resolve();
    this.#change = null;
  }

  /** It stays full until half of the limit is free, so that reading does not stop and start with every item. */
  #taken(): void {
    if (this.#queue.length > this.#limit / 2) return;
    this.#room?.resolve();
    this.#room = null;
  }
}
