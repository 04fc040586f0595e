import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from 'posted/log';

/** A server of an earlier version, which may still be running, registers users without a version. */
export function credentials({ integer, text }: ColumnTypes): Migration {
  return {
    async up(db) {
      const { schema } = db;
      await schema
        .alterTable('app_user')
        .addColumn('token_version', integer, (column) => column.notNull().defaultTo(0))
        .execute();
      await sql`create index app_user_changed on app_user (id) where token_version > 0`.execute(db);

      await schema
        .createTable('revoked_token')
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('token_id', text, (column) => column.notNull())
        .addColumn('expires_at', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('revoked_token_primary', ['user_id', 'token_id'])
        .execute();
      await schema.createIndex('revoked_token_expires').on('revoked_token').column('expires_at').execute();

      await schema
        .createTable('ticket')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('user_id', text, (column) => column.notNull())
        .addColumn('token_id', text, (column) => column.notNull())
        .addColumn('token_version', integer, (column) => column.notNull())
        .addColumn('token_expires_at', integer, (column) => column.notNull())
        .addColumn('expires_at', integer, (column) => column.notNull())
        .execute();
      await schema.createIndex('ticket_expires').on('ticket').column('expires_at').execute();
    },
  };
}
