import type { Migration } from 'kysely/migration';

/** Adds the id to the index of names, so that the index alone gives an order in which a search can continue. */
export const searchIndex: Migration = {
  async up({ schema }) {
    await schema
      .createIndex('app_user_search')
      .on('app_user')
      .columns(['first_name', 'second_name', 'id'])
      .execute();
    await schema.dropIndex('app_user_names').execute();
  },
};
