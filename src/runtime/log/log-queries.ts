import { randomUUID } from 'node:crypto';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { JoinedTopics, LogEngine } from './engine.ts';
import { type LogTables, toEvent } from './tables.ts';

/** The operations whose statements are the same in every engine. */
export type LogQueries = Pick<LogEngine, 'eventsAfter' | 'state' | 'topicsOf' | 'beginEpoch' | 'prune'>;

export interface QueryConnections {
  /** For the reads of the log itself, which no application's read delays. */
  readonly reads: Kysely<LogTables>;
  readonly writes: Kysely<LogTables>;
  /** SQL for the database's clock, in milliseconds since the Unix epoch. */
  readonly now: RawBuilder<number>;
  /** SQL that aggregates rows of posted_membership into the JSON of a `JoinedTopics`. */
  readonly joinedTopics: RawBuilder<string>;
}

/** Rows deleted per transaction, which bounds how long other writes wait. */
const pruneBatch = 1000;

/** How many events pruning looks ahead: this many with a time that is wrong by far cannot stop it. */
const pruneWindow = 10_000;

export function createLogQueries({ reads, writes, now, joinedTopics }: QueryConnections): LogQueries {
  return {
    async eventsAfter(afterSeq, { maxEvents, maxBytes }) {
      const sizes = reads
        .selectFrom('posted_event')
        // Without reading the payload itself, which a subquery of all columns would copy.
        .select(['seq', sql<number>`coalesce(octet_length(payload), 0)`.as('bytes')])
        .where('seq', '>', afterSeq)
        .orderBy('seq')
        .limit(maxEvents)
        .as('sizes');
      const sums = reads
        .selectFrom(sizes)
        .select(['seq', 'bytes', sql<number>`sum(bytes) over (order by seq)`.as('bytes_so_far')])
        .as('sums');
      const rows = await reads
        .selectFrom('posted_event')
        .selectAll()
        .where('seq', '>', afterSeq)
        .where('seq', '<=', (build) =>
          build
            .selectFrom(sums)
            .select((each) => each.fn.max('seq').as('last'))
            // The first one always, however large.
            .where((where) =>
              where.or([
                where('bytes_so_far', '=', where.ref('bytes')),
                where('bytes_so_far', '<=', maxBytes),
              ]),
            ),
        )
        .orderBy('seq')
        .execute();
      return rows.map(toEvent);
    },

    async state(seqs) {
      const row = await reads
        .selectFrom(['posted_meta', 'posted_head'])
        .select(['epoch', 'floor_seq', 'floor_mark', 'posted_head.seq as head_seq'])
        .select(now.as('now_ms'))
        .select((build) =>
          build
            .selectFrom('posted_event')
            .select('mark')
            .whereRef('seq', '=', 'posted_head.seq')
            .as('head_mark'),
        )
        .select((build) =>
          build
            .selectFrom('posted_event')
            .select(sql<string | null>`string_agg(seq || ' ' || mark, ',')`.as('marks'))
            .where('seq', 'in', seqs.length === 0 ? [-1] : seqs)
            .as('marks'),
        )
        .executeTakeFirstOrThrow();
      const marks = new Map<number, number>([[row.floor_seq, row.floor_mark]]);
      // Without a row, it is the floor.
      if (row.head_mark !== null) marks.set(row.head_seq, row.head_mark);
      for (const text of row.marks?.split(',') ?? []) {
        const [seq, mark] = text.split(' ');
        marks.set(Number(seq), Number(mark));
      }
      return {
        epoch: row.epoch,
        floorSeq: row.floor_seq,
        headSeq: row.head_seq,
        nowMs: row.now_ms,
        marks,
      };
    },

    async topicsOf(user) {
      // Aggregated into one value: a row per topic takes twice as long to transfer.
      const { joined } = await reads
        .selectFrom('posted_membership')
        .select(joinedTopics.as('joined'))
        .where('user_id', '=', user)
        .executeTakeFirstOrThrow();
      return JSON.parse(joined) as JoinedTopics;
    },

    async beginEpoch(epoch) {
      await writes
        .updateTable('posted_meta')
        .set({ epoch: randomUUID() })
        .where('epoch', '=', epoch)
        .execute();
      const row = await writes.selectFrom('posted_meta').select('epoch').executeTakeFirstOrThrow();
      return row.epoch;
    },

    async prune(retentionMs) {
      for (;;) {
        const expired = await newestExpired(reads, retentionMs, now);
        if (expired === null) break;
        // The floor rises before the rows go, so that no reader looks for an event that is being deleted.
        await writes
          .updateTable('posted_meta')
          .set({ floor_seq: expired.seq, floor_mark: expired.mark })
          .where('floor_seq', '<', expired.seq)
          .execute();
        for (let from = expired.firstSeq; from <= expired.seq; from += pruneBatch) {
          const to = Math.min(from + pruneBatch - 1, expired.seq);
          await writes.deleteFrom('posted_event').where('seq', '<=', to).execute();
        }
      }
      const { floor_seq } = await reads
        .selectFrom('posted_meta')
        .select('floor_seq')
        .executeTakeFirstOrThrow();
      return floor_seq;
    },
  };
}

/**
 * The newest expired event among the oldest ones, and the first one of the log. Those before it are older, whatever
 * their time says: a clock that was ahead must not keep them forever.
 */
async function newestExpired(
  reads: Kysely<LogTables>,
  retentionMs: number,
  now: RawBuilder<number>,
): Promise<{ readonly seq: number; readonly mark: number; readonly firstSeq: number } | null> {
  const oldest = reads
    .selectFrom('posted_event')
    .select(['seq', 'mark', 'created_at'])
    .orderBy('seq')
    .limit(pruneWindow);
  const row = await reads
    .selectFrom(oldest.as('oldest'))
    .select(['seq', 'mark'])
    .select((build) =>
      build
        .selectFrom('posted_event')
        .select((each) => each.fn.min('seq').as('first'))
        .as('first'),
    )
    .where('created_at', '<', sql<number>`${now} - ${retentionMs}`)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { seq: row.seq, mark: row.mark, firstSeq: row.first ?? row.seq };
}
