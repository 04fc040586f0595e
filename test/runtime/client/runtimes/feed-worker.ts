/** A web worker: gets a `FeedTarget` with the cursor, or null to close, and posts events. */
import { type FeedTarget, followFeed } from './follow-feed.ts';

let feed: ReturnType<typeof followFeed> | null = null;

type Request = (FeedTarget & { readonly cursor: string | null }) | null;

globalThis.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data === null) return feed?.close();
  const cursor = {
    load: () => data.cursor,
    save: (saved: string) => postMessage({ cursor: saved }),
  };
  feed = followFeed(data, cursor, (event) => postMessage(event));
});
