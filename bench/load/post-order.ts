import { postText } from './post-text.ts';

/** Checks that all subscribers receive the same posts in the same order. */
export class PostOrder {
  /** The posts, in the order of the subscriber that is furthest ahead. */
  readonly #order: number[] = [];
  /** By subscriber: the number of posts received. */
  readonly #counts: Uint32Array;
  #outOfOrder = 0;

  constructor(subscribers: number) {
    this.#counts = new Uint32Array(subscribers);
  }

  /** Call it when this subscriber has received the post with this number. */
  arrive(subscriber: number, post: number): void {
    const offset = this.#counts[subscriber] ?? 0;
    this.#counts[subscriber] = offset + 1;
    if (offset === this.#order.length) this.#order.push(post);
    else if (this.#order[offset] !== post) this.#outOfOrder += 1;
  }

  /**
   * The faults; empty if every subscriber's order is that of the log.
   *
   * @param log the texts of all posts
   */
  faults(log: readonly string[]): readonly string[] {
    const others = this.#order.filter((post, offset) => log[offset] !== postText(post)).length;
    return [
      ...(others > 0 ? [`${others} of ${log.length} posts came in another order than the log's`] : []),
      ...(this.#outOfOrder > 0 ? [`${this.#outOfOrder} deliveries overtook others`] : []),
    ];
  }
}
