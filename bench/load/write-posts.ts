import type { Dialect } from '../peers/peer.ts';
import { Histogram } from './histogram.ts';
import { postText } from './post-text.ts';
import type { Publisher } from './publisher.ts';

/** The number of writers in scenarios that create posts as fast as the server accepts them. */
export const writers = 64;

/**
 * Lets each writer send a post once its previous one is answered. The publishers, which take turns, need
 * `writers` connections together. Resolves with the response times; rejects if a post is refused.
 */
export async function writePosts(
  durationMs: number,
  { post }: Pick<Dialect, 'post'>,
  publishers: readonly Publisher[],
): Promise<Histogram> {
  const latencies = new Histogram();
  const request = post(postText(0));
  const endMs = performance.now() + durationMs;
  const writing = Array.from({ length: writers }, async (_, writer) => {
    const publisher = publishers[writer % publishers.length] as Publisher;
    for (let startMs = performance.now(); startMs < endMs; startMs = performance.now()) {
      await publisher.send(request);
      latencies.add(performance.now() - startMs);
    }
  });
  await Promise.all(writing);
  return latencies;
}
