import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialect } from '../peers/peer.ts';
import { postText } from './post-text.ts';
import type { PostsInFlight } from './posts-in-flight.ts';
import type { Publisher } from './publisher.ts';

/** The time limit for the last deliveries. */
const settleMs = 15_000;

export interface PostingOptions {
  readonly publisher: Publisher;
  readonly dialect: Dialect;
  readonly posts: PostsInFlight;
  /** With 1, a post is sent once the previous one is answered and delivered to all. */
  readonly inFlight: number;
  /** The time limit. */
  readonly maxMs: number;
  /** Called every 100 ms. */
  readonly isOver?: () => boolean;
}

/** Keeps that many posts in flight. Resolves when the last ones are delivered to all, or 15 s later. */
export async function postInTurns(options: PostingOptions): Promise<void> {
  const { publisher, dialect, posts, inFlight, maxMs, isOver = () => false } = options;
  const ended = new AbortController();
  const settled = new AbortController();

  async function endInTime(): Promise<void> {
    const endMs = performance.now() + maxMs;
    while (performance.now() < endMs && !isOver()) await sleep(100, undefined, settled);
    ended.abort();
    await sleep(settleMs, undefined, settled);
  }

  async function post(): Promise<void> {
    while (!ended.signal.aborted) {
      const { number, delivered } = posts.next();
      await Promise.all([publisher.send(dialect.post(postText(number))), delivered]);
    }
  }

  try {
    await Promise.race([Promise.all(Array.from({ length: inFlight }, post)), endInTime()]);
  } finally {
    ended.abort();
    settled.abort();
  }
}
