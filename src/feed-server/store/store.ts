import type { FeedEvent, FriendDeleted, FriendSet, PostCreated } from './event.ts';

/**
 * The log and the tables beside it. Every implementation guarantees:
 *
 * - A resolved write is on disk: it survives kill -9 of this process and a power failure.
 * - An append is atomic: its rows and its event are stored together or not at all.
 * - `seq` has no gaps and is in commit order: a reader that has seen n has seen, or can read, 1 to n.
 * - A read that starts after a write has resolved sees that write.
 *
 * Every method rejects with PostedError `unavailable` when the store is overloaded, closed or
 * unreachable (nothing was written, unless the engine died between commit and response), and with
 * `internal` for its own failures. Ids are lower-case UUIDs, times milliseconds since the epoch.
 */
export interface Store {
  appendPost(draft: PostDraft): Promise<PostAppended>;
  /** Appends nothing and resolves with null if the two are already friends. */
  appendFriendSet(user: string, friend: string): Promise<FriendSet | null>;
  /** Appends nothing and resolves with null if the two are not friends. */
  appendFriendDeleted(user: string, friend: string): Promise<FriendDeleted | null>;

  /** At most `limit` events with a seq above `afterSeq`, ascending and without gaps. */
  eventsAfter(afterSeq: number, limit: number): Promise<readonly FeedEvent[]>;
  /** The seq of the newest event; 0 if the log is empty. */
  headSeq(): Promise<number>;

  /** The epoch of the log, and the seq where it begins. */
  history(): Promise<History>;
  /** Begins a new history, which invalidates all cursors. Resolves with its epoch. */
  startNewEpoch(): Promise<string>;
  /** Raises the floor, then deletes the events from before `beforeMs`. Resolves with the floor's seq. */
  prune(beforeMs: number): Promise<number>;

  /** The seq of the last stored ack of the device; null if there is none. */
  findDeviceCursor(user: string, device: string): Promise<number | null>;
  /** A cursor only moves forward: an older seq than the stored one is ignored. */
  saveDeviceCursors(cursors: readonly DeviceCursor[]): Promise<void>;

  /** The users whose posts `user` reads. */
  friendsOf(user: string): Promise<readonly Friend[]>;

  insertUser(user: UserRecord, passwordHash: string): Promise<void>;
  findUser(id: string, options?: ReadOptions): Promise<UserRecord | null>;
  findPasswordHash(userId: string, options?: ReadOptions): Promise<string | null>;
  /**
   * Users whose names start with both prefixes (case-sensitive, by code point), ordered by first name, second name and
   * id. Examines a bounded number of users, so a page may be short or empty although `next` is not null.
   */
  searchUsers(search: UserSearch, options?: ReadOptions): Promise<UserPage>;

  findPost(id: string, options?: ReadOptions): Promise<PostRecord | null>;
  /** Resolves with false if that author has no such post. */
  updatePost(id: string, author: string, text: string): Promise<boolean>;
  /** Resolves with false if that author has no such post. */
  deletePost(id: string, author: string): Promise<boolean>;
  /**
   * Posts of the user's friends, newest first. Examines a bounded number of posts, so a page may be short or empty
   * although `next` is not null.
   */
  feedOf(range: FeedRange, options?: ReadOptions): Promise<FeedPage>;

  /** Resolves if the store can respond now. */
  ping(): Promise<void>;
  /** Completes pending operations, then releases files, connections and threads. New calls reject. */
  close(): Promise<void>;
}

export interface ReadOptions {
  /** A read whose signal has aborted before its turn never runs, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface UserSearch {
  readonly firstNamePrefix: string;
  readonly secondNamePrefix: string;
  /** `next` of the previous page; null for the first. */
  readonly after: string | null;
  readonly limit: number;
  /** The page ends with the user whose texts exceed this, in bytes of UTF-8. */
  readonly maxBytes: number;
}

export interface UserPage {
  readonly users: readonly UserRecord[];
  /** The id of the last user examined; null if there are no more. */
  readonly next: string | null;
}

export interface FeedRange extends FeedPosition {
  readonly user: string;
  readonly limit: number;
  /** The page ends with the post whose text exceeds this, in bytes of UTF-8. */
  readonly maxBytes: number;
}

export interface FeedPosition {
  /** Null for the newest post. */
  readonly belowSeq: number | null;
  /** The number of posts to skip from there. */
  readonly offset: number;
}

export interface FeedPage {
  readonly posts: readonly FeedPost[];
  /** Where to continue; null if there are no more. */
  readonly next: FeedPosition | null;
}

export interface FeedPost extends PostRecord {
  readonly seq: number;
}

export interface History {
  /** A UUID that identifies this history of the log. Operators begin a new one after a restore. */
  readonly epoch: string;
  /** Events up to this seq may have been deleted. */
  readonly floorSeq: number;
}

export interface DeviceCursor {
  readonly user: string;
  /** The name that the client chose for itself. */
  readonly device: string;
  readonly seq: number;
}

export interface Friend {
  readonly id: string;
  /** The seq of the event that began the friendship: older posts are not part of it. */
  readonly sinceSeq: number;
}

export interface PostDraft {
  readonly postId: string;
  readonly author: string;
  readonly text: string;
  readonly createdAtMs: number;
  /** Unique per author. */
  readonly idempotencyKey?: string;
}

export interface PostAppended {
  /** The id of the stored post: that of the earlier one if the idempotency key was used before. */
  readonly postId: string;
  /** Null if the key was used before and nothing was appended. */
  readonly event: PostCreated | null;
}

export interface PostRecord {
  readonly id: string;
  readonly author: string;
  readonly text: string;
}

export interface UserRecord {
  readonly id: string;
  readonly firstName: string;
  readonly secondName: string;
  readonly birthdate: string | null;
  readonly biography: string | null;
  readonly city: string | null;
}
