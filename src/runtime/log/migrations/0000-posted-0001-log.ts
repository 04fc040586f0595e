import { randomUUID } from 'node:crypto';
import { type ColumnDataType, type RawBuilder, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { refuseWhileInUse } from './refuse-while-in-use.ts';

/** The types whose names differ between engines. */
export interface ColumnTypes {
  /** For SQL that differs between engines in more than types. */
  readonly engine: 'sqlite' | 'postgres';
  /** Holds integers up to at least 2^53. */
  readonly integer: ColumnDataType | RawBuilder<unknown>;
  /** Text compared by code point. */
  readonly text: ColumnDataType | RawBuilder<unknown>;
}

export function logTables({ engine, integer, text }: ColumnTypes): Migration {
  return {
    async up(db) {
      if (engine === 'postgres') await refuseWhileInUse(db);
      const { schema } = db;
      await schema
        .createTable('posted_event')
        .addColumn('seq', integer, (column) => column.notNull().primaryKey())
        .addColumn('mark', integer, (column) => column.notNull())
        .addColumn('kind', text, (column) => column.notNull())
        .addColumn('channel', text)
        .addColumn('message', text)
        .addColumn('topic', text, (column) => column.notNull())
        .addColumn('also', text)
        .addColumn('member', text)
        .addColumn('entity', text)
        .addColumn('payload', text)
        .addColumn('revises', text)
        .addColumn('requires', text)
        .addColumn('created_at', integer, (column) => column.notNull())
        .execute();
      await schema
        .createIndex('posted_event_entity')
        .on('posted_event')
        .column('entity')
        .where('entity', 'is not', null)
        .execute();

      await schema
        .createTable('posted_head')
        .addColumn('k', integer, (column) => column.notNull().primaryKey())
        .addColumn('seq', integer, (column) => column.notNull())
        .addCheckConstraint('posted_head_one_row', sql`k = 1`)
        .execute();
      await sql`insert into posted_head (k, seq) values (1, 0)`.execute(db);

      await schema
        .createTable('posted_meta')
        .addColumn('epoch', text, (column) => column.notNull())
        .addColumn('floor_seq', integer, (column) => column.notNull())
        .addColumn('floor_mark', integer, (column) => column.notNull())
        .addColumn('home', text)
        .execute();
      await sql`insert into posted_meta (epoch, floor_seq, floor_mark) values (${randomUUID()}, 0, 0)`.execute(
        db,
      );

      await schema
        .createTable('posted_membership')
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('topic', text, (column) => column.notNull())
        .addColumn('since_seq', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('posted_membership_primary', ['user_id', 'topic'])
        .execute();

      await schema
        .createTable('posted_key')
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('key', text, (column) => column.notNull())
        .addColumn('hash', text)
        .addColumn('entity', text)
        .addColumn('seq', integer)
        .addPrimaryKeyConstraint('posted_key_primary', ['user_id', 'key'])
        .execute();

      await schema
        .createTable('posted_device')
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('device', text, (column) => column.notNull())
        .addColumn('epoch', text, (column) => column.notNull())
        .addColumn('seq', integer, (column) => column.notNull())
        .addColumn('mark', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('posted_device_primary', ['user_id', 'device'])
        .execute();
    },
  };
}
