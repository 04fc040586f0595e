/** An entry of the log. `seq` starts at 1 and grows by one with each event, in commit order. */
export type FeedEvent = PostCreated | FriendSet | FriendDeleted;

interface EventBase {
  readonly seq: number;
  /** The time of the append, in milliseconds since the epoch. */
  readonly createdAtMs: number;
}

export interface PostCreated extends EventBase {
  readonly kind: 'post';
  readonly author: string;
  readonly postId: string;
  /** The current text, or null once the post is deleted: the event stays, so that the log has no gap. */
  readonly text: string | null;
}

/** A post that has not been deleted. */
export type LivePost = PostCreated & { readonly text: string };

export function isLive(event: FeedEvent): event is LivePost {
  return event.kind === 'post' && event.text !== null;
}

/** From `seq` on, `user` reads the posts of `friend`. */
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
