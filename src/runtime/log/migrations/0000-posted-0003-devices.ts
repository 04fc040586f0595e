import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './0000-posted-0001-log.ts';

/** Lets one connection at a time hold a device. The rows of today are held by none. */
export function deviceFences({ engine, integer, text }: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const { schema } = db;
      await schema
        .alterTable('posted_device')
        .addColumn('fence', integer, (column) => column.notNull().defaultTo(0))
        .execute();
      await schema.alterTable('posted_device').addColumn('first_fence', integer).execute();
      await schema.alterTable('posted_device').addColumn('instance', text).execute();
      await schema.alterTable('posted_device').addColumn('attempt', integer).execute();
      await schema
        .createIndex('posted_device_fence')
        .on('posted_device')
        .column('fence')
        .where(sql`fence`, '>', sql`0`)
        .execute();
      // On SQLite, whose writes run one after another, the highest fence of the devices will do.
      if (engine === 'sqlite') return;
      await schema
        .createTable('posted_fence')
        .addColumn('k', integer, (column) => column.notNull().primaryKey())
        .addColumn('fence', integer, (column) => column.notNull())
        .addCheckConstraint('posted_fence_one_row', sql`k = 1`)
        .execute();
      await sql`insert into posted_fence (k, fence) values (1, 0)`.execute(db);
    },
  };
}
