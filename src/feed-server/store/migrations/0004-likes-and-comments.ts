import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from 'posted/log';

export function likesAndComments({ integer, text }: ColumnTypes): Migration {
  return {
    async up({ schema }) {
      await schema
        .createTable('post_like')
        .addColumn('post_id', text, (column) => column.notNull())
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('seq', integer, (column) => column.notNull())
        .addColumn('likes', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('post_like_primary', ['post_id', 'user_id'])
        .execute();
      await schema.createIndex('post_like_seq').on('post_like').columns(['post_id', 'seq']).execute();

      await schema
        .createTable('post_like_count')
        .addColumn('post_id', text, (column) => column.notNull().primaryKey())
        .addColumn('likes', integer, (column) => column.notNull())
        .execute();

      await schema
        .createTable('post_comment')
        .addColumn('seq', integer, (column) => column.notNull().primaryKey())
        .addColumn('id', text, (column) => column.notNull().unique())
        .addColumn('post_id', text, (column) => column.notNull())
        .addColumn('author', text, (column) => column.notNull())
        .addColumn('text', text, (column) => column.notNull())
        .addColumn('created_at', integer, (column) => column.notNull())
        .execute();
      await schema
        .createIndex('post_comment_post_seq')
        .on('post_comment')
        .columns(['post_id', 'seq'])
        .execute();

      await schema
        .createTable('deleted_post')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('author', text, (column) => column.notNull())
        .execute();
    },
  };
}
