import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { type ColumnTypes, initialTables } from './migrations/0001-initial-tables.ts';
import type { Tables } from './tables.ts';

/**
 * Brings the tables to the schema of this version, in one transaction where the engine can.
 *
 * @throws Error when a step fails, or when the tables are of a newer version than this
 */
export async function migrate(db: Kysely<Tables>, columnTypes: ColumnTypes): Promise<void> {
  const migrations = { '0001-initial-tables': initialTables(columnTypes) };
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const unknown = (await appliedMigrations(db)).find((name) => !(name in migrations));
  if (unknown === undefined) throw error;
  throw new Error(
    `its schema is newer than this version of Posted (it has ${unknown}): start a newer version`,
  );
}

/** Empty where none can be read: then another error has the word. */
async function appliedMigrations(db: Kysely<Tables>): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}
