import type { FeedEvent } from './event.ts';

/**
 * The tables of every engine. Ids are lower-case UUIDs as text, times are milliseconds since the
 * epoch, and all text compares by code point. There are no foreign keys: authors and friends may
 * come from another issuer of tokens, and events and keys outlive their posts.
 */
export interface Tables {
  /** Not `user`, which in PostgreSQL is a reserved word that means the role of the session. */
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
  /** A full-date of RFC 3339. */
  birthdate: string | null;
  biography: string | null;
  city: string | null;
  password_hash: string;
}

interface PostTable {
  /** Of the event that tells of its creation. */
  seq: number;
  id: string;
  author: string;
  text: string;
  created_at: number;
}

/** The idempotency keys that were used. A row stays when its post goes, so that a late retry publishes nothing. */
interface PostKeyTable {
  author: string;
  idem_key: string;
  post_id: string;
}

interface EventTable {
  seq: number;
  kind: FeedEvent['kind'];
  /** Who caused it. */
  author: string;
  /** Null unless `kind` is 'post'. */
  post_id: string | null;
  /** JSON, or null; see event-row.ts. */
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
  /** Names this history of the log; cursors of another are void. */
  epoch: string;
  /** Events up to this seq may be gone. */
  floor_seq: number;
}

/** `user_id` reads the posts of `friend_id`. */
interface FriendTable {
  user_id: string;
  friend_id: string;
  /** Of the event that made them friends. */
  since_seq: number;
}

interface DeviceCursorTable {
  user_id: string;
  device: string;
  seq: number;
}
