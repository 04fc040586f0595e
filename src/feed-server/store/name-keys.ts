import { type Kysely, sql } from 'kysely';
import type { FeedTables } from './feed-tables.ts';
import { nameKey } from './name-key.ts';

/** Users per statement. */
const batch = 500;

/** Computes the missing name keys of all users, by which they are found. */
export async function addNameKeys(db: Kysely<FeedTables>): Promise<void> {
  for (;;) {
    const users = await db
      .selectFrom('app_user')
      .select(['id', 'first_name', 'second_name'])
      .where('first_name_key', 'is', null)
      .limit(batch)
      .execute();
    if (users.length === 0) return;
    const values = users.map(
      ({ id, first_name, second_name }) => sql`(${id}, ${nameKey(first_name)}, ${nameKey(second_name)})`,
    );
    await sql`
      update app_user set first_name_key = keys.column2, second_name_key = keys.column3
      from (values ${sql.join(values)}) as keys
      where app_user.id = keys.column1`.execute(db);
  }
}
