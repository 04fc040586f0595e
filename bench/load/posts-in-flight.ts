import { Histogram } from './histogram.ts';

/** A post that not all have got. */
interface OpenPost {
  readonly sentAtMs: number;
  /** By subscriber: 1 where it has come, or is not to come. */
  readonly seen: Uint8Array;
  /** How many are still to get it. */
  left: number;
  readonly delivered: PromiseWithResolvers<void>;
}

export interface SentPost {
  /** What `postText` is made of. */
  readonly number: number;
  /** Resolves when all who are to get it have got it. */
  readonly delivered: Promise<void>;
}

/** Who has got which post, and how long after it was sent. Each is to get each of its posts exactly once. */
export class PostsInFlight {
  /** One for each delivery. */
  readonly latencies = new Histogram();
  readonly #subscribers: number;
  /** By number; null where all have got it. */
  readonly #posts: (OpenPost | null)[] = [];
  #expected = 0;
  #arrived = 0;
  #unexpected = 0;

  constructor(subscribers: number) {
    this.#subscribers = subscribers;
  }

  /** Posts so far. */
  get sent(): number {
    return this.#posts.length;
  }

  /** Deliveries so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /** A post that is sent now: to all subscribers, or to those of these indices. */
  next(audience?: readonly number[]): SentPost {
    const seen = new Uint8Array(this.#subscribers).fill(audience === undefined ? 0 : 1);
    for (const subscriber of audience ?? []) seen[subscriber] = 0;
    const left = audience?.length ?? this.#subscribers;
    const delivered = Promise.withResolvers<void>();
    this.#expected += left;
    const number = this.#posts.push({ sentAtMs: performance.now(), seen, left, delivered }) - 1;
    return { number, delivered: delivered.promise };
  }

  /** The post of this number has come to this subscriber. */
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

  /** What is wrong so far; empty where all have got every post once, and nobody anything else. */
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
