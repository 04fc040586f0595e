import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { type ColumnTypes, initialTables } from './migrations/0001-initial-tables.ts';
import type { Tables } from './tables.ts';

/** What a migration did. */
export interface Migrated {
  /** The steps that were taken, in their order; none where the tables were as they should be. */
  readonly applied: readonly string[];
  /** The step that the tables are at now. */
  readonly schema: string;
}

/**
 * Brings the tables to the schema of this version, in one transaction where the engine can, and under a
 * lock where others may do the same at that moment.
 *
 * @param namespace where the tables are, for an engine that may have others of the same names elsewhere
 * @throws Error when a step fails, or when the tables are of a newer version than this
 */
export async function migrate(
  db: Kysely<Tables>,
  columnTypes: ColumnTypes,
  namespace?: string,
): Promise<Migrated> {
  const migrations = { '0001-initial-tables': initialTables(columnTypes) };
  const schema = Object.keys(migrations).at(-1) ?? '';
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    ...(namespace === undefined ? {} : { migrationTableSchema: namespace }),
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) return { applied: results.map(({ migrationName }) => migrationName), schema };
  const unknown = (await appliedMigrations(db)).findLast((name) => !(name in migrations));
  if (unknown === undefined) throw error;
  throw new Error(
    `its schema (${unknown}) is newer than this version of Posted, which knows ${schema}: start a newer version, or restore a backup from before the update`,
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
