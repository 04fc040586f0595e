/**
 * What waits for the application, in the order of arrival. It takes more than its limit,
 * for what has been read cannot be unread: whoever fills it stops when it is full and goes on when
 * there is room.
 */
export class Inbox<Item extends object> {
  readonly #limit: number;
  readonly #waiting: Item[] = [];
  #ended = false;
  /** Resolved by the next `put` or `end`. */
  #change: PromiseWithResolvers<void> | null = null;
  /** Not null while it is full. */
  #room: PromiseWithResolvers<void> | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#room !== null;
  }

  /** Resolves when it is not full. */
  async room(): Promise<void> {
    await this.#room?.promise;
  }

  /** Returns true when this has filled it. */
  put(item: Item): boolean {
    this.#waiting.push(item);
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

  /** Takes until the end. Each item goes to one taker only, which is done with it when it asks for the next. */
  async *take(): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      const item = this.#waiting.shift();
      if (item !== undefined) {
        this.#taken();
        yield item;
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

  /** It counts as full down to half of the limit, so that reading does not stop and start with every item. */
  #taken(): void {
    if (this.#waiting.length > this.#limit / 2) return;
    this.#room?.resolve();
    this.#room = null;
  }
}
