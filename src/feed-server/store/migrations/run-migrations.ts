import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Tables } from '../tables.ts';
import { type ColumnTypes, initialTables } from './0001-initial-tables.ts';
import { searchIndex } from './0002-search-index.ts';

export interface MigrationResult {
  /** The migrations applied by this run, in order; empty if the schema was current. */
  readonly applied: readonly string[];
  /** The schema version of the tables: the name of the newest migration. */
  readonly schema: string;
}

/**
 * Brings the tables to the schema of this version: in one transaction and under a lock where the engine
 * has them, so that processes that start together migrate once.
 *
 * @param namespace the schema that holds the tables, for engines with several
 * @throws Error when a migration fails, or when the tables have a newer schema than this version
 */
export async function runMigrations(
  db: Kysely<Tables>,
  columnTypes: ColumnTypes,
  namespace?: string,
): Promise<MigrationResult> {
  const migrations = {
    '0001-initial-tables': initialTables(columnTypes),
    '0002-search-index': searchIndex,
  };
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
    `its schema (${unknown}) is newer than the one this version of Posted supports (${schema}): start a newer version, or restore a backup made before the upgrade`,
  );
}

/** Empty if they cannot be read; the caller then reports the error of the migration. */
async function appliedMigrations(db: Kysely<Tables>): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}
