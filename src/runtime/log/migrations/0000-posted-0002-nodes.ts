import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './0000-posted-0001-log.ts';

export function nodeTable({ integer, text }: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('posted_node')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('address', text, (column) => column.notNull())
        .addColumn('version', text, (column) => column.notNull())
        .addColumn('settings', text, (column) => column.notNull())
        .addColumn('keys', text, (column) => column.notNull())
        .addColumn('seen_at', integer, (column) => column.notNull())
        .execute();
    },
  };
}
