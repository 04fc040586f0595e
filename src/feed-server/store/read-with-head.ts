import { type AliasedExpression, type Kysely, sql } from 'kysely';
import type { Cursor } from 'posted/log';
import type { FeedTables } from './feed-tables.ts';
import type { ReadOptions } from './search-users.ts';

export interface SeqsWithHead {
  /** Descending. */
  readonly seqs: readonly number[];
  /** The newest event when the seqs were read. */
  readonly head: Cursor;
}

/** Reads the seqs of `page` and the head of the log in one statement, and so in one snapshot. */
export async function readWithHead(
  db: Kysely<FeedTables>,
  page: AliasedExpression<{ seq: number }, 'page'>,
  options: ReadOptions,
): Promise<SeqsWithHead> {
  const rows = await db
    .selectFrom('posted_head as head')
    .leftJoin(page, (join) => join.onTrue())
    // Not joins, for which PostgreSQL expects thousands of rows in these small tables.
    .select(['page.seq', 'head.seq as head_seq', sql<string>`(select epoch from posted_meta)`.as('epoch')])
    .select(
      sql<number>`coalesce(
        (select mark from posted_event where posted_event.seq = head.seq),
        (select floor_mark from posted_meta))`.as('mark'),
    )
    .where('head.k', '=', 1)
    .orderBy('page.seq', 'desc')
    .execute(options);
  const [first] = rows;
  if (first === undefined) throw new Error('the log has no head');
  return {
    seqs: rows.flatMap(({ seq }) => seq ?? []),
    head: { epoch: first.epoch, seq: first.head_seq, mark: first.mark },
  };
}
