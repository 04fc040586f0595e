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
  post_like: LikeTable;
  post_like_count: LikeCountTable;
  post_comment: CommentTable;
  deleted_post: DeletedPostTable;
  revoked_token: RevokedTokenTable;
}

interface UserTable {
  id: string;
  first_name: string;
  second_name: string;
  /** The names as searches compare them; null if a server of an earlier version has registered the user. */
  first_name_key: string | null;
  second_name_key: string | null;
  /** A full-date (RFC 3339). */
  birthdate: string | null;
  biography: string | null;
  city: string | null;
  password_hash: string;
  /** Raised with each new password. Tokens with a lower version are not valid. */
  token_version: number;
}

interface PostTable {
  /** The seq of the event that created the post. */
  seq: number;
  id: string;
  author: string;
  text: string;
  created_at: number;
}

interface LikeTable {
  post_id: string;
  user_id: string;
  /** The seq of the event. */
  seq: number;
  /** The number of likes of the post with this one. */
  likes: number;
}

/** A post without likes may have no row. */
interface LikeCountTable {
  post_id: string;
  likes: number;
}

interface CommentTable {
  /** The seq of the event that created the comment. */
  seq: number;
  id: string;
  post_id: string;
  author: string;
  text: string;
  created_at: number;
}

/** Posts that are deleted, but some of their likes or comments are not yet. */
interface DeletedPostTable {
  id: string;
  author: string;
}

/** Tokens that were ended before they expire. Retention does not touch them. */
interface RevokedTokenTable {
  user_id: string;
  token_id: string;
  expires_at: number;
}
