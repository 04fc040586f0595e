import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from 'posted/log';
import { addNameKeys } from '../name-keys.ts';

/**
 * Adds the names as searches compare them, and their index. They may be null, because a server of an earlier version may
 * still be running and register users.
 */
export function nameKeys({ text }: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('app_user').addColumn('first_name_key', text).execute();
      await db.schema.alterTable('app_user').addColumn('second_name_key', text).execute();
      await db.schema
        .createIndex('app_user_name_keys')
        .on('app_user')
        .columns(['first_name_key', 'second_name_key', 'id'])
        .execute();
      await addNameKeys(db);
      await db.schema.dropIndex('app_user_search').execute();
    },
  };
}
