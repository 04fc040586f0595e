/**
 * What the log holds. Every event has one `seq`: gapless, from 1, in the order of the commits.
 */
export type FeedEvent = PostCreated | FriendSet | FriendDeleted;

interface EventBase {
  readonly seq: number;
  /** When it was appended, in milliseconds since the epoch. */
  readonly createdAtMs: number;
}

export interface PostCreated extends EventBase {
  readonly kind: 'post';
  readonly author: string;
  readonly postId: string;
  /** The text as it stands now; null once the post is deleted: the event stays, so that the log has no hole. */
  readonly text: string | null;
}

/** A post that was not deleted. */
export type LivePost = PostCreated & { readonly text: string };

export function isLive(event: FeedEvent): event is LivePost {
  return event.kind === 'post' && event.text !== null;
}

/** `user` reads `friend`'s posts from `seq` on. */
export interface FriendSet extends EventBase {
  readonly kind: 'friend-set';
  readonly user: string;
  readonly friend: string;
}

export interface FriendDeleted extends EventBase {
  readonly kind: 'friend-deleted';
  readonly user: string;
  readonly friend: string;
}
