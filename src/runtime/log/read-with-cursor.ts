import { type Expression, type Kysely, sql } from 'kysely';
import { encodeCursor } from './cursor.ts';
import type { LogTables } from './tables.ts';

/** Rows of the application's tables, as they were at a position of the log. */
export interface RowsWithCursor<Row> {
  readonly rows: readonly Row[];
  /** A client that has these rows and resumes after this cursor has everything, and nothing twice. */
  readonly cursor: string;
}

/** The tables that the cursor is read from. */
type CursorTables = Pick<LogTables, 'posted_head' | 'posted_meta' | 'posted_event'>;

/**
 * Runs a query on `log.reads()`, and reads the position of the log in the same statement: a statement is a snapshot on
 * every engine. Rows are in the order of the query.
 *
 * @throws PostedError as all reads do
 */
export async function readWithCursor<Tables, Row>(
  db: Kysely<Tables>,
  query: Expression<Row>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RowsWithCursor<Row>> {
  const log = db as unknown as Kysely<CursorTables>;
  const rows = await log
    .selectFrom('posted_head as head')
    .leftJoin(
      sql<object>`(select page.*, row_number() over () as posted_ordinal from (${query}) as page)`.as('page'),
      (join) => join.onTrue(),
    )
    .selectAll('page')
    // Not joins, for which PostgreSQL expects thousands of rows in these small tables.
    .select([
      'head.seq as posted_seq',
      sql<string>`(select epoch from posted_meta)`.as('posted_epoch'),
      sql<number>`coalesce(
        (select mark from posted_event where posted_event.seq = head.seq),
        (select floor_mark from posted_meta))`.as('posted_mark'),
    ])
    .where('head.k', '=', 1)
    .orderBy(sql`posted_ordinal`)
    .execute(options);
  const [first] = rows;
  if (first === undefined) throw new Error('the log has no head');
  return {
    // A query without rows is joined as one of nulls.
    rows: rows
      .filter((row) => Reflect.get(row, 'posted_ordinal') !== null)
      .map((row) => withoutAdded(row) as Row),
    cursor: encodeCursor(first.posted_epoch, { seq: first.posted_seq, mark: first.posted_mark }),
  };
}

const added: ReadonlySet<string> = new Set(['posted_ordinal', 'posted_seq', 'posted_epoch', 'posted_mark']);

function withoutAdded(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !added.has(name)));
}
