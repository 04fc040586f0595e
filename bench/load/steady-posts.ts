import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from './histogram.ts';

export interface SteadyPosts {
  /** The time of each post until its response, whatever that was, or until the time limit. */
  readonly latencies: Histogram;
  /** The number of posts that did not get 2xx in time. */
  readonly refused: number;
}

export interface SteadyPostsOptions {
  /** Resolves if a post is accepted, and rejects otherwise. */
  readonly post: () => Promise<void>;
  /** Posts per second. */
  readonly rate: number;
  readonly durationMs: number;
  /** How long to wait for a response. */
  readonly limitMs: number;
}

/** Sends posts at a constant rate, however long their responses take. Resolves when each has one or is late. */
export async function postSteadily(options: SteadyPostsOptions): Promise<SteadyPosts> {
  const { post, rate, durationMs, limitMs } = options;
  const latencies = new Histogram();
  let refused = 0;

  async function postOne(): Promise<void> {
    const startMs = performance.now();
    const answered = new AbortController();
    const isAccepted = await Promise.race([
      post().then(
        () => true,
        () => false,
      ),
      sleep(limitMs, false, { signal: answered.signal }),
    ]);
    answered.abort();
    latencies.add(performance.now() - startMs);
    if (!isAccepted) refused += 1;
  }

  const startMs = performance.now();
  const posting: Promise<void>[] = [];
  for (let count = 0; count < (rate * durationMs) / 1000; count += 1) {
    await sleep(Math.max(0, startMs + (count * 1000) / rate - performance.now()));
    posting.push(postOne());
  }
  await Promise.all(posting);
  return { latencies, refused };
}
