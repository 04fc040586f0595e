import { type AliasedExpression, type Kysely, sql } from 'kysely';
import type { FeedPage, FeedPost, FeedRange, ReadOptions } from './store.ts';
import type { Tables } from './tables.ts';

/**
 * Selects the newest posts of each friend of the user with a seq below `belowSeq`, at most `maxPerFriend` of each, in
 * any order. Engines need different SQL to read only those rows.
 */
export type NewestOfFriends = (
  db: Kysely<Tables>,
  range: { readonly user: string; readonly belowSeq: number; readonly maxPerFriend: number },
) => AliasedExpression<{ seq: number }, 'candidate'>;

/** The friends whose posts are merged. With more friends, all posts are examined instead: many are by a friend. */
const maxMerged = 10_000;

/** The most index entries that a merge reads, and the most posts that are examined: they bound the work of a page. */
const mergedEntries = 100_000;
const examinedPosts = 10_000;

/** Posts of friends, newest first, without their texts. */
interface FoundPosts {
  readonly seqs: readonly number[];
  /** Older posts have a seq below this one; null if there are none. */
  readonly belowSeq: number | null;
}

/** A part of the feed: at most `count` posts with a seq below `belowSeq`. */
interface Part {
  readonly user: string;
  readonly belowSeq: number;
  readonly count: number;
}

/** Reads a page of a user's feed. A page that would take too much work is short and says where to continue. */
export async function readFeed(
  db: Kysely<Tables>,
  newestOfFriends: NewestOfFriends,
  { user, belowSeq, offset, limit, maxBytes }: FeedRange,
  { signal }: ReadOptions = {},
): Promise<FeedPage> {
  const friends = await countFriends(db, user);
  if (friends === 0) return { posts: [], next: null };
  signal?.throwIfAborted();
  const part = { user, belowSeq: belowSeq ?? Number.MAX_SAFE_INTEGER, count: offset + limit };
  const found =
    friends > maxMerged ? await examine(db, part) : await merge(db, newestOfFriends, part, friends);
  const seqs = found.seqs.slice(offset);
  signal?.throwIfAborted();
  const posts = seqs.length === 0 ? [] : await readPosts(db, seqs, maxBytes);
  const last = posts.at(-1);
  if (last !== undefined && posts.length < seqs.length) {
    return { posts, next: { belowSeq: last.seq, offset: 0 } };
  }
  if (found.belowSeq === null) return { posts, next: null };
  return { posts, next: { belowSeq: found.belowSeq, offset: Math.max(0, offset - found.seqs.length) } };
}

/** More than `maxMerged` count as one more. */
async function countFriends(db: Kysely<Tables>, user: string): Promise<number> {
  const some = db
    .selectFrom('friend')
    .select('friend_id')
    .where('user_id', '=', user)
    .limit(maxMerged + 1);
  const { count } = await db
    .selectFrom(some.as('some'))
    .select((build) => build.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Finds the posts among the newest of each friend: older ones of the same friend cannot be in the part. */
async function merge(
  db: Kysely<Tables>,
  newestOfFriends: NewestOfFriends,
  { user, belowSeq, count }: Part,
  friends: number,
): Promise<FoundPosts> {
  const maxPerFriend = Math.min(count, Math.floor(mergedEntries / friends));
  const rows = await db
    .selectFrom(newestOfFriends(db, { user, belowSeq, maxPerFriend }))
    .select('candidate.seq')
    .orderBy('candidate.seq', 'desc')
    .limit(maxPerFriend)
    .execute();
  const seqs = rows.map(({ seq }) => seq);
  return { seqs, belowSeq: seqs.length < maxPerFriend ? null : (seqs.at(-1) ?? null) };
}

/** Finds the posts of friends among the newest posts of everybody. */
async function examine(db: Kysely<Tables>, { user, belowSeq, count }: Part): Promise<FoundPosts> {
  const oldest = await db
    .selectFrom('post')
    .select('seq')
    .where('seq', '<', belowSeq)
    .orderBy('seq', 'desc')
    .limit(1)
    .offset(examinedPosts - 1)
    .executeTakeFirst();
  const rows = await db
    .selectFrom('post')
    .select('seq')
    .where('seq', '<', belowSeq)
    .where('seq', '>=', oldest?.seq ?? 0)
    // Not EXISTS, which PostgreSQL may turn into a join of all friends with all examined posts.
    .where(
      (build) =>
        build
          .selectFrom('friend')
          .select('since_seq')
          .where('user_id', '=', user)
          .whereRef('friend_id', '=', 'post.author'),
      'is not',
      null,
    )
    .orderBy('seq', 'desc')
    .limit(count)
    .execute();
  const seqs = rows.map(({ seq }) => seq);
  return { seqs, belowSeq: seqs.length < count ? (oldest?.seq ?? null) : (seqs.at(-1) ?? null) };
}

/** The posts up to the one that exceeds `maxBytes`. Of longer texts beyond it, only the lengths are read. */
async function readPosts(
  db: Kysely<Tables>,
  seqs: readonly number[],
  maxBytes: number,
): Promise<readonly FeedPost[]> {
  const sized = db
    .selectFrom('post')
    .select([
      'seq',
      sql<number>`sum(octet_length(text)) over (order by seq desc) - octet_length(text)`.as('bytes_before'),
    ])
    .where('seq', 'in', seqs);
  return await db
    .selectFrom(sized.as('page'))
    .innerJoin('post', 'post.seq', 'page.seq')
    .select(['post.seq', 'post.id', 'post.author', 'post.text'])
    .where('page.bytes_before', '<', maxBytes)
    .orderBy('post.seq', 'desc')
    .execute();
}
