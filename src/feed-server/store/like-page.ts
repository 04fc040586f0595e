import type { Kysely } from 'kysely';
import type { FeedTables } from './feed-tables.ts';
import type { ReadOptions } from './search-users.ts';

export interface LikeRange {
  readonly postId: string;
  /** Null for the newest like. */
  readonly belowSeq: number | null;
  readonly limit: number;
}

export interface LikePage {
  /** The number of likes of the post. */
  readonly count: number;
  /** Those of the page, newest first. */
  readonly users: readonly string[];
  /** Where to continue; null on the last page. */
  readonly belowSeq: number | null;
}

/** Reads a page of a post's likes, and their number at the same time; null if the post does not exist. */
export async function readLikes(
  db: Kysely<FeedTables>,
  { postId, belowSeq, limit }: LikeRange,
  options: ReadOptions = {},
): Promise<LikePage | null> {
  const page = db
    .selectFrom('post_like')
    .select(['user_id', 'seq'])
    .where('post_id', '=', postId)
    .where('seq', '<', belowSeq ?? Number.MAX_SAFE_INTEGER)
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .as('page');
  const rows = await db
    .selectFrom('post')
    .leftJoin('post_like_count as counted', 'counted.post_id', 'post.id')
    .leftJoin(page, (join) => join.onTrue())
    .select(['counted.likes', 'page.user_id', 'page.seq'])
    .where('post.id', '=', postId)
    .orderBy('page.seq', 'desc')
    .execute(options);
  const [first] = rows;
  if (first === undefined) return null;
  const users = rows.slice(0, limit).flatMap(({ user_id }) => user_id ?? []);
  const hasNext = rows.length > limit;
  return {
    count: first.likes ?? 0,
    users,
    belowSeq: hasNext ? (rows[limit - 1]?.seq ?? null) : null,
  };
}
