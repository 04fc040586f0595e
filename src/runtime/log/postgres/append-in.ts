import type { EventDraft, SqlClient } from '../engine.ts';
import type { LogEvent } from '../event.ts';
import { draftColumns } from '../writes/draft-columns.ts';
import { draftedEvent } from '../writes/written-event.ts';
import { statementMs } from './sql-text.ts';
import { raiseSynchronousCommit } from './transactions.ts';

/** A commit that is confirmed is on disk, whatever the session's default. */
const lockHeadDurably = `select ${raiseSynchronousCommit} from posted_head where k = 1 for update`;

/** A statement of its own, because it sees only what was committed before it began: here, after the head was locked. */
const insertEvents = `
  with item as materialized (
    select * from json_to_recordset($1) as item (
      ordinal bigint, mark bigint, channel text, message text, topic text, also text, entity text, payload text
    )
  ), advanced as (
    update posted_head set seq = seq + (select count(*) from item) where k = 1
    returning seq - (select count(*) from item) as seq
  )
  insert into posted_event (seq, mark, kind, channel, message, topic, also, entity, payload, created_at)
  select advanced.seq + ordinal, mark, 'message', channel, message, topic, also, entity, payload,
    ${statementMs}
  from item cross join advanced
  returning seq, created_at`;

/**
 * Appends in the transaction that the client is in, and locks the head of the log until its end.
 *
 * @throws whatever the client throws
 */
export async function appendIn(
  client: SqlClient,
  drafts: readonly EventDraft[],
): Promise<readonly LogEvent[]> {
  if (drafts.length === 0) return [];
  const items = drafts.map((draft, index) => ({ ordinal: index + 1, ...draftColumns(draft) }));
  await client.query(lockHeadDurably, []);
  const { rows } = await client.query(insertEvents, [JSON.stringify(items)]);
  // A client may parse integers of 64 bits as text.
  const appended = (rows as readonly Readonly<Record<'seq' | 'created_at', unknown>>[])
    .map((row) => ({ seq: Number(row.seq), createdAtMs: Number(row.created_at) }))
    .toSorted((one, other) => one.seq - other.seq);
  return drafts.map((draft, index) => {
    const [item, row] = [items[index], appended[index]];
    if (item === undefined || row === undefined) throw new Error('the database has not appended all events');
    return draftedEvent(draft, { ...row, mark: item.mark, payload: item.payload });
  });
}
