import type { LogTables } from 'posted/log';

/**
 * The feed's own tables, the same in every engine, beside those of the log. Ids are lower-case UUIDs as text, times
 * are milliseconds since the Unix epoch, and text compares by code point. There are no foreign keys: authors may
 * come from another token issuer.
 */
export interface FeedTables extends Pick<LogTables, 'posted_membership'> {
  /** Not `user`, which is a reserved word in PostgreSQL: the role of the session. */
  app_user: UserTable;
  post: PostTable;
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
