import { type Kysely, sql } from 'kysely';
import { type ColumnTypes, readWithCursor } from 'posted/log';
import type { FeedTables } from './feed-tables.ts';
import { newestOfFriends } from './newest-of-friends.ts';
import type { ReadOptions } from './search-users.ts';

export interface PostRecord {
  readonly id: string;
  readonly author: string;
  readonly text: string;
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
  /** Where to continue; null on the last page. */
  readonly next: FeedPosition | null;
  /** Of the newest event when the posts were found: whatever is not among them on any page is newer. */
  readonly cursor: string;
}

export interface FeedPost extends PostRecord {
  readonly seq: number;
}

/** The friends whose posts are merged. With more friends, all posts are examined instead: many are by a friend. */
const maxMerged = 10_000;

/** The most index entries that a merge reads, and the most posts that are examined: they bound the work of a page. */
const mergedEntries = 100_000;
const examinedPosts = 10_000;

/**
 * Finding a friend's newest post costs more than examining a post. So with many friends, the newest posts of everybody
 * are examined first, this many for each friend: some of them are usually by friends, and enough for the page.
 */
const examinedPerFriend = 2;
const minExamined = 200;

/** Posts of friends, newest first, without their texts. */
interface FoundPosts {
  /** Descending. */
  readonly seqs: readonly number[];
  readonly cursor: string;
  /** Older posts have a seq below this one; null on the last page. */
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
  db: Kysely<FeedTables>,
  engine: ColumnTypes['engine'],
  { user, belowSeq, offset, limit, maxBytes }: FeedRange,
  options: ReadOptions = {},
): Promise<FeedPage> {
  const friends = await countFriends(db, user, options);
  const part = { user, belowSeq: belowSeq ?? Number.MAX_SAFE_INTEGER, count: offset + limit };
  const found = await find(db, engine, part, friends, options);
  const { cursor } = found;
  const seqs = found.seqs.slice(offset);
  const posts = seqs.length === 0 ? [] : await readPosts(db, seqs, maxBytes, options);
  const last = posts.at(-1);
  if (last !== undefined && posts.length < seqs.length) {
    return { posts, next: { belowSeq: last.seq, offset: 0 }, cursor };
  }
  if (found.belowSeq === null) return { posts, next: null, cursor };
  const next = { belowSeq: found.belowSeq, offset: Math.max(0, offset - found.seqs.length) };
  return { posts, next, cursor };
}

/** More than `maxMerged` count as one more. */
async function countFriends(db: Kysely<FeedTables>, user: string, options: ReadOptions): Promise<number> {
  const some = db
    .selectFrom('posted_membership')
    .select('topic')
    .where('user_id', '=', user)
    .limit(maxMerged + 1);
  const { count } = await db
    .selectFrom(some.as('some'))
    .select((build) => build.fn.countAll().as('count'))
    .executeTakeFirstOrThrow(options);
  return Number(count);
}

async function find(
  db: Kysely<FeedTables>,
  engine: ColumnTypes['engine'],
  part: Part,
  friends: number,
  options: ReadOptions,
): Promise<FoundPosts> {
  if (friends > maxMerged) return await examine(db, part, examinedPosts, options);
  const maxPerFriend = Math.min(part.count, Math.floor(mergedEntries / friends));
  const examined = friends * examinedPerFriend;
  if (examined >= minExamined) {
    const found = await examine(db, part, Math.min(examined, examinedPosts), options);
    // A merge would find no more.
    if (found.belowSeq === null || found.seqs.length >= maxPerFriend) return found;
  }
  return await merge(db, engine, part, maxPerFriend, options);
}

/** Finds the posts among the newest of each friend: older ones of the same friend cannot be in the part. */
async function merge(
  db: Kysely<FeedTables>,
  engine: ColumnTypes['engine'],
  { user, belowSeq }: Part,
  maxPerFriend: number,
  options: ReadOptions,
): Promise<FoundPosts> {
  const page = db
    .selectFrom(newestOfFriends[engine](db, { user, belowSeq, maxPerFriend }))
    .select('candidate.seq')
    .orderBy('candidate.seq', 'desc')
    .limit(maxPerFriend);
  const { rows, cursor } = await readWithCursor(db, page, options);
  const seqs = rows.map(({ seq }) => seq);
  return { seqs, cursor, belowSeq: seqs.length < maxPerFriend ? null : (seqs.at(-1) ?? null) };
}

/** Finds the posts of friends among the newest `examined` posts of everybody. */
async function examine(
  db: Kysely<FeedTables>,
  { user, belowSeq, count }: Part,
  examined: number,
  options: ReadOptions,
): Promise<FoundPosts> {
  const oldest = await db
    .selectFrom('post')
    .select('seq')
    .where('seq', '<', belowSeq)
    .orderBy('seq', 'desc')
    .limit(1)
    .offset(examined - 1)
    .executeTakeFirst(options);
  const page = db
    .selectFrom('post')
    .select('seq')
    .where('seq', '<', belowSeq)
    .where('seq', '>=', oldest?.seq ?? 0)
    // Not EXISTS, which PostgreSQL may turn into a join of all friends with all examined posts.
    .where(
      (build) =>
        build
          .selectFrom('posted_membership')
          .select('since_seq')
          .where('user_id', '=', user)
          .whereRef('topic', '=', 'post.author'),
      'is not',
      null,
    )
    .orderBy('seq', 'desc')
    .limit(count);
  const { rows, cursor } = await readWithCursor(db, page, options);
  const seqs = rows.map(({ seq }) => seq);
  return { seqs, cursor, belowSeq: seqs.length < count ? (oldest?.seq ?? null) : (seqs.at(-1) ?? null) };
}

/** The posts up to the one that exceeds `maxBytes`. Of longer texts beyond it, only the lengths are read. */
async function readPosts(
  db: Kysely<FeedTables>,
  seqs: readonly number[],
  maxBytes: number,
  options: ReadOptions,
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
    .execute(options);
}
