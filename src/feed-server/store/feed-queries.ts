import type { Kysely } from 'kysely';
import type { ColumnTypes, ReadKind } from 'posted/log';
import { type FeedPage, type FeedRange, type PostRecord, readFeed } from './feed-page.ts';
import type { FeedTables } from './feed-tables.ts';
import {
  type ReadOptions,
  searchUsers,
  type UserPage,
  type UserRecord,
  type UserSearch,
  userColumns,
} from './search-users.ts';

/** The reads of the feed's tables. They reject with PostedError. */
export interface FeedQueries {
  findUser(id: string, options?: ReadOptions): Promise<UserRecord | null>;
  findPasswordHash(userId: string, options?: ReadOptions): Promise<string | null>;
  /**
   * Users whose names start with both prefixes (case-sensitive, by code point), ordered by first name, second name and
   * id. Examines a bounded number of users, so a page may be short or empty although `next` is not null.
   */
  searchUsers(search: UserSearch, options?: ReadOptions): Promise<UserPage>;
  findPost(id: string, options?: ReadOptions): Promise<PostRecord | null>;
  /**
   * Posts of the user's friends, newest first. Examines a bounded number of posts, so a page may be short or empty
   * although `next` is not null.
   */
  feedOf(range: FeedRange, options?: ReadOptions): Promise<FeedPage>;
}

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
    async findPasswordHash(userId, options) {
      const query = db.selectFrom('app_user').select('password_hash').where('id', '=', userId);
      return (await query.executeTakeFirst(options))?.password_hash ?? null;
    },
    searchUsers: (search, options) => searchUsers(long, search, options),
    async findPost(id, options) {
      const query = db.selectFrom('post').select(['id', 'author', 'text']).where('id', '=', id);
      return (await query.executeTakeFirst(options)) ?? null;
    },
    feedOf: (range, options) => readFeed(long, engine, range, options),
  };
}
