import type { Kysely } from 'kysely';
import type { ColumnTypes, ReadKind } from 'posted/log';
import { type CommentPage, type CommentRange, type CommentRecord, readComments } from './comment-page.ts';
import { type FeedPage, type FeedRange, type PostRecord, readFeed } from './feed-page.ts';
import type { FeedTables } from './feed-tables.ts';
import { type LikePage, type LikeRange, readLikes } from './like-page.ts';
import {
  type ReadOptions,
  searchUsers,
  type UserPage,
  type UserRecord,
  type UserSearch,
  userColumns,
} from './search-users.ts';
import { readRevokedUsers, readTokenState, type TokenState } from './token-queries.ts';

/** The reads of the feed's tables. They reject with PostedError. */
export interface FeedQueries {
  findUser(id: string, options?: ReadOptions): Promise<UserRecord | null>;
  /** The data of a user that a login needs. */
  findLogin(userId: string, options?: ReadOptions): Promise<Login | null>;
  tokenState(userId: string, tokenId: string): Promise<TokenState>;
  /** The users of whom a token may have been revoked that has not expired at `nowMs`, page by page. */
  revokedUsers(nowMs: number): AsyncIterable<readonly string[]>;
  /**
   * Users whose names start with both prefixes (case-sensitive, by code point), ordered by first name, second name and
   * id. Examines a bounded number of users, so a page may be short or empty although `next` is not null.
   */
  searchUsers(search: UserSearch, options?: ReadOptions): Promise<UserPage>;
  findPost(id: string, options?: ReadOptions): Promise<PostRecord | null>;
  findPostAuthor(id: string, options?: ReadOptions): Promise<string | null>;
  /**
   * Posts of the user's friends, newest first. Examines a bounded number of posts, so a page may be short or empty
   * although `next` is not null.
   */
  feedOf(range: FeedRange, options?: ReadOptions): Promise<FeedPage>;
  /** The users who like a post, newest first; null if the post does not exist. */
  likesOf(range: LikeRange, options?: ReadOptions): Promise<LikePage | null>;
  /** Null for a comment on a post that does not exist any more, too. */
  findComment(id: string, options?: ReadOptions): Promise<CommentOfPost | null>;
  /** The comments on a post, oldest first; null if the post does not exist. */
  commentsOf(range: CommentRange, options?: ReadOptions): Promise<CommentPage | null>;
  /** Of any post, also of one that is deleted. */
  findCommentIds(postId: string, limit: number): Promise<readonly string[]>;
  /** Some of the users whom searches do not find, because a server of an earlier version has registered them. */
  findUsersWithoutNameKeys(): Promise<readonly Pick<UserRecord, 'id' | 'firstName' | 'secondName'>[]>;
  /** Some of the deleted posts that still have likes or comments. */
  findDeletedPosts(): Promise<readonly DeletedPost[]>;
}

export interface Login {
  readonly passwordHash: string;
  readonly tokenVersion: number;
}

export interface DeletedPost {
  readonly id: string;
  readonly author: string;
}

export interface CommentOfPost extends Omit<CommentRecord, 'text'> {
  readonly postAuthor: string;
}

/** They are read again once these are done. */
const maxDeletedPosts = 100;
const maxUsersWithoutNameKeys = 100;

export function createFeedQueries(
  reads: (kind: ReadKind) => Kysely<FeedTables>,
  engine: ColumnTypes['engine'],
): FeedQueries {
  const db = reads('short');
  const long = reads('long');
  return {
    async findUser(id, options) {
      const query = db.selectFrom('app_user').select(userColumns).where('id', '=', id);
      return (await query.executeTakeFirst(options)) ?? null;
    },
    async findLogin(userId, options) {
      const query = db
        .selectFrom('app_user')
        .select(['password_hash as passwordHash', 'token_version as tokenVersion'])
        .where('id', '=', userId);
      return (await query.executeTakeFirst(options)) ?? null;
    },
    tokenState: (userId, tokenId) => readTokenState(db, userId, tokenId),
    revokedUsers: (nowMs) => readRevokedUsers(long, nowMs),
    findUsersWithoutNameKeys: () =>
      db
        .selectFrom('app_user')
        .select(['id', 'first_name as firstName', 'second_name as secondName'])
        .where('first_name_key', 'is', null)
        .limit(maxUsersWithoutNameKeys)
        .execute(),
    searchUsers: (search, options) => searchUsers(long, search, options),
    async findPost(id, options) {
      const query = db.selectFrom('post').select(['id', 'author', 'text']).where('id', '=', id);
      return (await query.executeTakeFirst(options)) ?? null;
    },
    async findPostAuthor(id, options) {
      const query = db.selectFrom('post').select('author').where('id', '=', id);
      return (await query.executeTakeFirst(options))?.author ?? null;
    },
    feedOf: (range, options) => readFeed(long, engine, range, options),
    likesOf: (range, options) => readLikes(long, range, options),
    async findComment(id, options) {
      const query = db
        .selectFrom('post_comment as comment')
        .innerJoin('post', 'post.id', 'comment.post_id')
        .select(['comment.id', 'comment.post_id as postId', 'comment.author', 'post.author as postAuthor'])
        .where('comment.id', '=', id);
      return (await query.executeTakeFirst(options)) ?? null;
    },
    commentsOf: (range, options) => readComments(long, range, options),
    async findCommentIds(postId, limit) {
      const query = db.selectFrom('post_comment').select('id').where('post_id', '=', postId).limit(limit);
      return (await query.execute()).map(({ id }) => id);
    },
    findDeletedPosts: () =>
      db.selectFrom('deleted_post').select(['id', 'author']).limit(maxDeletedPosts).execute(),
  };
}
