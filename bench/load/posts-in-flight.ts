import { Histogram } from './histogram.ts';

/** A post that some subscribers have not received. */
interface OpenPost {
  readonly sentAtMs: number;
  /** By subscriber: 1 if the post was received or is not for them. */
  readonly seen: Uint8Array;
  /** The number of missing deliveries. */
  left: number;
  readonly delivered: PromiseWithResolvers<void>;
}

export interface SentPost {
  /** The arguments of `postText`. */
  readonly number: number;
  /** Resolves when the post is delivered to all of its recipients. */
  readonly delivered: Promise<void>;
}

/** Records who received which post, and its latency. Each subscriber must receive each of its posts exactly once. */
export class PostsInFlight {
  /** One entry per delivery. */
  readonly latencies = new Histogram();
  readonly #subscribers: number;
  /** By number; null once delivered to all. */
  readonly #posts: (OpenPost | null)[] = [];
  #expected = 0;
  #arrived = 0;
  #unexpected = 0;

  constructor(subscribers: number) {
    this.#subscribers = subscribers;
  }

  /** The number of posts so far. */
  get sent(): number {
    return this.#posts.length;
  }

  /** The number of deliveries so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /** Call it when a post is sent: to all subscribers, or to those with these indices. */
  next(audience?: readonly number[]): SentPost {
    const seen = new Uint8Array(this.#subscribers).fill(audience === undefined ? 0 : 1);
    for (const subscriber of audience ?? []) seen[subscriber] = 0;
    const left = audience?.length ?? this.#subscribers;
    const delivered = Promise.withResolvers<void>();
    this.#expected += left;
    const number = this.#posts.push({ sentAtMs: performance.now(), seen, left, delivered }) - 1;
    return { number, delivered: delivered.promise };
  }

  /** Call it when this subscriber has received the post with this number. */
  arrive(subscriber: number, number: number): void {
    const post = this.#posts[number];
    if (post === null || post === undefined || post.seen[subscriber] === 1) {
      this.#unexpected += 1;
      return;
    }
    this.latencies.add(performance.now() - post.sentAtMs);
    this.#arrived += 1;
    post.seen[subscriber] = 1;
    post.left -= 1;
    if (post.left > 0) return;
    this.#posts[number] = null;
    post.delivered.resolve();
  }

  /** The faults so far; empty if every subscriber received exactly its posts, once each. */
  faults(): readonly string[] {
    const missing = this.#expected - this.#arrived;
    return [
      ...(missing > 0 ? [`${missing} of ${this.#expected} deliveries are missing`] : []),
      ...(this.#unexpected > 0
        ? [`${this.#unexpected} deliveries came twice or to the wrong subscriber`]
        : []),
    ];
  }
}
