import { type Kysely, sql } from 'kysely';
import type { FeedTables } from './feed-tables.ts';
import type { ReadOptions } from './search-users.ts';

export interface CommentRecord {
  readonly id: string;
  readonly postId: string;
  readonly author: string;
  readonly text: string;
}

export interface ListedComment extends CommentRecord {
  readonly seq: number;
}

export interface CommentRange {
  readonly postId: string;
  /** Null for the oldest comment. */
  readonly afterSeq: number | null;
  readonly limit: number;
  /** The page ends with the comment whose text exceeds this, in bytes of UTF-8. */
  readonly maxBytes: number;
}

export interface CommentPage {
  /** Oldest first. */
  readonly comments: readonly ListedComment[];
  readonly hasNext: boolean;
}

/** Reads a page of the comments on a post; null if the post does not exist. */
export async function readComments(
  db: Kysely<FeedTables>,
  { postId, afterSeq, limit, maxBytes }: CommentRange,
  options: ReadOptions = {},
): Promise<CommentPage | null> {
  const found = db
    .selectFrom('post_comment')
    .select(['seq', sql<number>`octet_length(text)`.as('bytes')])
    .where('post_id', '=', postId)
    .where('seq', '>', afterSeq ?? 0)
    .orderBy('seq')
    .limit(limit + 1)
    .as('found');
  const page = db
    .selectFrom(found)
    .select([
      'seq',
      sql<number>`sum(bytes) over (order by seq) - bytes`.as('bytes_before'),
      sql<number>`count(*) over ()`.as('found'),
    ])
    .as('page');
  const rows = await db
    .selectFrom('post')
    .leftJoin(page, (join) => join.onTrue())
    .leftJoin('post_comment as comment', 'comment.seq', 'page.seq')
    .select(['page.found', 'comment.seq', 'comment.id', 'comment.author', 'comment.text'])
    .where('post.id', '=', postId)
    .where((where) => where.or([where('page.seq', 'is', null), where('page.bytes_before', '<', maxBytes)]))
    .orderBy('page.seq')
    .limit(limit)
    .execute(options);
  const [first] = rows;
  if (first === undefined) return null;
  const comments = rows.flatMap(({ seq, id, author, text }) =>
    seq === null || id === null || author === null || text === null ? [] : { seq, id, postId, author, text },
  );
  return { comments, hasNext: comments.length < (first.found ?? 0) };
}
