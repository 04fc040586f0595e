import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from 'posted/log';

/** Databases of the first version have applied it with more tables, which `0002-adopt-first-version` replaces. */
export function initialTables({ integer, text }: ColumnTypes): Migration {
  return {
    async up({ schema }) {
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
    },
  };
}
