import { type CursorStore, connect } from 'posted/client';
import { postFeedPosted } from '../../../../generated/asyncapi/client.ts';

/** What a reader of the feed reports: a post, a change of its status, or an error. */
export type FeedEvent =
  | { readonly text: string }
  | { readonly state: string }
  | { readonly error: string }
  | { readonly cursor: string };

export interface FeedTarget {
  readonly url: string;
  readonly token: string;
}

/** Connects the generated client of the feed, on any runtime. */
export function followFeed(
  { url, token }: FeedTarget,
  cursor: CursorStore,
  report: (event: FeedEvent) => void,
) {
  const feed = connect(postFeedPosted, {
    url,
    auth: token,
    cursor,
    // Without acks, the server sends two posts and no more.
    query: { window: 2 },
    reconnect: { baseMs: 20, maxMs: 100 },
    onError: ({ message }) => report({ error: message }),
  });
  feed.on.post(({ payload }) => report({ text: payload.postText }));
  feed.status.subscribe(({ state }) => report({ state }));
  return feed;
}
