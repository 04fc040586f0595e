import type { FeedEvent, FriendDeleted, FriendSet, PostCreated } from './event.ts';

/**
 * The log and the tables beside it. What every implementation guarantees:
 *
 * - A resolved write is on disk: it survives kill -9 of this process and loss of power.
 * - An append is atomic: what it tells of and its event are stored together or not at all.
 * - `seq` is gapless and in commit order: a reader that has seen n has seen, or can read, 1 to n.
 * - A read that starts after a write has resolved sees it.
 *
 * Every method rejects with PostedError `unavailable` when the store is overloaded, closed or out of
 * reach (nothing was written, unless the engine died between commit and answer), and with `internal`
 * for faults of its own. All ids are lower-case UUIDs, all times milliseconds since the epoch.
 */
export interface Store {
  appendPost(draft: PostDraft): Promise<PostAppended>;
  /** Appends nothing and returns null where the two are friends already. */
  appendFriendSet(user: string, friend: string): Promise<FriendSet | null>;
  /** Appends nothing and returns null where they are not friends. */
  appendFriendDeleted(user: string, friend: string): Promise<FriendDeleted | null>;

  /** The events with a seq above `afterSeq`, ascending, without a hole, at most `limit`. */
  eventsAfter(afterSeq: number, limit: number): Promise<readonly FeedEvent[]>;
  /** The seq of the newest event; 0 for an empty log. */
  headSeq(): Promise<number>;

  /** Which history this is, and where its log begins. */
  history(): Promise<History>;
  /** Begins a new history: cursors of the old one are void from then on. Resolves with its epoch. */
  startNewEpoch(): Promise<string>;
  /** Removes events from before `beforeMs`, the floor first. Resolves with the seq of the floor. */
  prune(beforeMs: number): Promise<number>;

  /** The seq of the last ack that was stored for the device; null if there is none. */
  findDeviceCursor(user: string, device: string): Promise<number | null>;
  /** Each only ever moves forward. */
  saveDeviceCursors(cursors: readonly DeviceCursor[]): Promise<void>;

  /** Those whose posts `user` reads. */
  friendsOf(user: string): Promise<readonly Friend[]>;

  insertUser(user: UserRecord, passwordHash: string): Promise<void>;
  findUser(id: string): Promise<UserRecord | null>;
  findPasswordHash(userId: string): Promise<string | null>;
  /** Users by the beginnings of both names (case-sensitive, by code point), ordered by id. */
  searchUsers(
    firstNamePrefix: string,
    secondNamePrefix: string,
    limit: number,
  ): Promise<readonly UserRecord[]>;

  findPost(id: string): Promise<PostRecord | null>;
  /** False where there is no such post of that author. */
  updatePost(id: string, author: string, text: string): Promise<boolean>;
  /** False where there is no such post of that author. */
  deletePost(id: string, author: string): Promise<boolean>;
  /** Posts of the user's friends, newest first. */
  feedOf(user: string, offset: number, limit: number): Promise<readonly PostRecord[]>;

  /** Resolves if the store can answer now. */
  ping(): Promise<void>;
  /** Finishes what was begun, then lets go of files and threads. Further calls reject. */
  close(): Promise<void>;
}

export interface History {
  /** A UUID that names this history of the log; operators begin a new one after a restore. */
  readonly epoch: string;
  /** Events up to this seq may be gone. */
  readonly floorSeq: number;
}

export interface DeviceCursor {
  readonly user: string;
  /** The client's name for itself. */
  readonly device: string;
  readonly seq: number;
}

export interface Friend {
  readonly id: string;
  /** The friendship began with this event: posts before it are not part of it. */
  readonly sinceSeq: number;
}

export interface PostDraft {
  readonly postId: string;
  readonly author: string;
  readonly text: string;
  readonly createdAtMs: number;
  /** Unique for its author. */
  readonly idempotencyKey?: string;
}

export interface PostAppended {
  /** The id of the stored post: an earlier one's where the idempotency key was used before. */
  readonly postId: string;
  /** Null where the key was used before: nothing was appended. */
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
