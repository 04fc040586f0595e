import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** With which `refuseUnknownEvents` finds all kinds without reading the log. */
export const kindIndex: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createIndex('posted_event_kind')
      .on('posted_event')
      .column('kind')
      .where(sql.ref('requires'), 'is not', null)
      .execute();
  },
};
