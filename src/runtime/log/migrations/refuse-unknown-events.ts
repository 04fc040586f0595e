import { type Kysely, sql } from 'kysely';
import { type EventTable, toEvent } from '../tables.ts';

/**
 * A running node stops before an event that it must know but does not. One that starts behind such an event would not
 * know what it has changed.
 *
 * @throws Error that names the version to start
 */
export async function refuseUnknownEvents(db: Kysely<unknown>): Promise<void> {
  for (let kind = ''; ; ) {
    // From kind to kind, each with one look into the index.
    const { rows } = await sql<EventTable>`
      select * from posted_event where requires is not null and kind > ${kind} order by kind limit 1`.execute(
      db,
    );
    const [row] = rows;
    if (row === undefined) return;
    const event = toEvent(row);
    if (event.kind === 'unknown') {
      throw new Error(
        `its log has an event (${event.seq}, "${event.name}") that only version ${event.requires} of Posted or a later one knows: start that version`,
      );
    }
    kind = row.kind;
  }
}
