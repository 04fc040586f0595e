import type { FeedEvent } from './event.ts';

/**
 * The tables, the same in every engine. Ids are lower-case UUIDs as text, times are milliseconds since
 * the epoch, and text compares by code point. There are no foreign keys: authors and friends may come
 * from another token issuer, and events and idempotency keys outlive their posts.
 */
export interface Tables {
  /** Not `user`, which is a reserved word in PostgreSQL: the role of the session. */
  app_user: UserTable;
  post: PostTable;
  post_key: PostKeyTable;
  event: EventTable;
  head: HeadTable;
  meta: MetaTable;
  friend: FriendTable;
  device_cursor: DeviceCursorTable;
}

interface UserTable {
  id: string;
  first_name: string;
  second_name: string;
  /** A full-date (RFC 3339). */
  birthdate: string | null;
  biography: string | null;
  city: string | null;
  password_hash: string;
}

interface PostTable {
  /** The seq of the event that created the post. */
  seq: number;
  id: string;
  author: string;
  text: string;
  created_at: number;
}

/** The idempotency keys used so far. A row outlives its post, so that a late retry publishes nothing. */
interface PostKeyTable {
  author: string;
  idem_key: string;
  post_id: string;
}

interface EventTable {
  seq: number;
  kind: FeedEvent['kind'];
  /** The user who caused the event. */
  author: string;
  /** Null unless `kind` is 'post'. */
  post_id: string | null;
  /** JSON; null if `kind` is 'post'. */
  payload: string | null;
  created_at: number;
}

/** One row: the seq of the newest event. */
interface HeadTable {
  k: 1;
  seq: number;
}

/** One row. */
interface MetaTable {
  /** Identifies this history of the log; cursors of another history are not valid in it. */
  epoch: string;
  /** Events up to this seq may have been deleted. */
  floor_seq: number;
}

/** `user_id` reads the posts of `friend_id`. */
interface FriendTable {
  user_id: string;
  friend_id: string;
  /** The seq of the event that began the friendship. */
  since_seq: number;
}

interface DeviceCursorTable {
  user_id: string;
  device: string;
  seq: number;
}

interface FriendPayload {
  readonly friend: string;
}

/** The payload of a `friend-set` or `friend-deleted` event. */
export function friendPayload(friend: string): string {
  return JSON.stringify({ friend } satisfies FriendPayload);
}

/** A row of `event`, joined with the text of its post. */
export type EventRow = EventTable & { readonly text: string | null };

export function toEvent(row: EventRow): FeedEvent {
  const { kind, seq, created_at: createdAtMs, author } = row;
  if (kind === 'post')
    return { kind, seq, createdAtMs, author, postId: required(row.post_id, seq), text: row.text };
  const { friend } = JSON.parse(required(row.payload, seq)) as FriendPayload;
  return { kind, seq, createdAtMs, user: author, friend };
}

function required(value: string | null, seq: number): string {
  if (value === null) throw new Error(`event ${seq} is incomplete`);
  return value;
}
