import { randomUUID } from 'node:crypto';
import { type ColumnDataType, type RawBuilder, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The types whose names differ between engines. */
export interface ColumnTypes {
  /** Holds integers up to at least 2^53. */
  readonly integer: ColumnDataType | RawBuilder<unknown>;
  /** Text compared by code point. */
  readonly text: ColumnDataType | RawBuilder<unknown>;
}

export function initialTables({ integer, text }: ColumnTypes): Migration {
  return {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('app_user')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('first_name', text, (column) => column.notNull())
        .addColumn('second_name', text, (column) => column.notNull())
        .addColumn('birthdate', text)
        .addColumn('biography', text)
        .addColumn('city', text)
        .addColumn('password_hash', text, (column) => column.notNull())
        .execute();
      await schema
        .createIndex('app_user_names')
        .on('app_user')
        .columns(['first_name', 'second_name'])
        .execute();

      await schema
        .createTable('post')
        .addColumn('seq', integer, (column) => column.notNull().primaryKey())
        .addColumn('id', text, (column) => column.notNull().unique())
        .addColumn('author', text, (column) => column.notNull())
        .addColumn('text', text, (column) => column.notNull())
        .addColumn('created_at', integer, (column) => column.notNull())
        .execute();
      await schema.createIndex('post_author_seq').on('post').columns(['author', 'seq']).execute();

      await schema
        .createTable('post_key')
        .addColumn('author', text, (column) => column.notNull())
        .addColumn('idem_key', text, (column) => column.notNull())
        .addColumn('post_id', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('post_key_primary', ['author', 'idem_key'])
        .execute();

      await schema
        .createTable('event')
        .addColumn('seq', integer, (column) => column.notNull().primaryKey())
        .addColumn('kind', text, (column) => column.notNull())
        .addColumn('author', text, (column) => column.notNull())
        .addColumn('post_id', text)
        .addColumn('payload', text)
        .addColumn('created_at', integer, (column) => column.notNull())
        .execute();
      await schema.createIndex('event_author_seq').on('event').columns(['author', 'seq']).execute();

      await schema
        .createTable('head')
        .addColumn('k', integer, (column) => column.notNull().primaryKey())
        .addColumn('seq', integer, (column) => column.notNull())
        .addCheckConstraint('head_one_row', sql`k = 1`)
        .execute();
      await sql`insert into head (k, seq) values (1, 0)`.execute(db);

      await schema
        .createTable('meta')
        .addColumn('epoch', text, (column) => column.notNull())
        .addColumn('floor_seq', integer, (column) => column.notNull())
        .execute();
      await sql`insert into meta (epoch, floor_seq) values (${randomUUID()}, 0)`.execute(db);

      await schema
        .createTable('friend')
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('friend_id', text, (column) => column.notNull())
        .addColumn('since_seq', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('friend_primary', ['user_id', 'friend_id'])
        .execute();

      await schema
        .createTable('device_cursor')
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('device', text, (column) => column.notNull())
        .addColumn('seq', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('device_cursor_primary', ['user_id', 'device'])
        .execute();
    },
  };
}
