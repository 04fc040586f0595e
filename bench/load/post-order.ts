import { postText } from './post-text.ts';

/** Whether all subscribers get the same posts in the same order, and which order that is. */
export class PostOrder {
  /** Posts, in the order in which whoever was furthest has got them. */
  readonly #order: number[] = [];
  /** By subscriber: how many posts it has got. */
  readonly #counts: Uint32Array;
  #outOfOrder = 0;

  constructor(subscribers: number) {
    this.#counts = new Uint32Array(subscribers);
  }

  /** The post of this number has come to this subscriber. */
  arrive(subscriber: number, post: number): void {
    const place = this.#counts[subscriber] ?? 0;
    this.#counts[subscriber] = place + 1;
    if (place === this.#order.length) this.#order.push(post);
    else if (this.#order[place] !== post) this.#outOfOrder += 1;
  }

  /**
   * What is wrong; empty where everybody's order is that of the log.
   *
   * @param log the texts of all posts
   */
  faults(log: readonly string[]): readonly string[] {
    const others = this.#order.filter((post, place) => log[place] !== postText(post)).length;
    return [
      ...(others > 0 ? [`${others} of ${log.length} posts came in another order than the log's`] : []),
      ...(this.#outOfOrder > 0 ? [`${this.#outOfOrder} deliveries overtook others`] : []),
    ];
  }
}
