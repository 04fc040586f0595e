import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { type ColumnTypes, logTables } from './0000-posted-0001-log.ts';
import { nodeTable } from './0000-posted-0002-nodes.ts';
import { deviceFences } from './0000-posted-0003-devices.ts';
import { kindIndex } from './0000-posted-0004-kinds.ts';
import { refuseUnknownEvents } from './refuse-unknown-events.ts';

/** Migrations of an application's own tables by name: four digits, from 0001 on, and words: `0001-orders`. */
export type Migrations = (types: ColumnTypes) => Readonly<Record<string, Migration>>;

export interface MigrationResult {
  /** The migrations applied by this run, in order; empty if the schema was current. */
  readonly applied: readonly string[];
  /** The schema version of the tables: the name of the newest migration. */
  readonly schema: string;
}

/**
 * Brings the tables of the log and of the application to the schema of this version, ours first: in one transaction
 * and under one lock, so that processes that start together migrate once.
 *
 * @param namespace the schema that holds the tables, for engines with several
 * @throws Error when a migration fails or has a wrong name, or when the tables have a newer schema than this version, or
 *   events that it must know and does not
 */
export async function runMigrations(
  db: Kysely<unknown>,
  { types, application, namespace }: { types: ColumnTypes; application: Migrations; namespace?: string },
): Promise<MigrationResult> {
  const ours = {
    '0000-posted-0001-log': logTables(types),
    '0000-posted-0002-nodes': nodeTable(types),
    '0000-posted-0003-devices': deviceFences(types),
    '0000-posted-0004-kinds': kindIndex,
  };
  const theirs = application(types);
  for (const name of Object.keys(theirs)) {
    if (!/^(?!0000)\d{4}-[a-z0-9-]+$/.test(name)) {
      throw new Error(
        `the migration "${name}" has a wrong name: use four digits from 0001 on and words, as in "0001-orders"`,
      );
    }
  }
  const migrations: Readonly<Record<string, Migration>> = { ...ours, ...theirs };
  const schema = Object.keys(migrations).toSorted().at(-1) ?? '';
  try {
    const applied = await db.transaction().execute(async (transaction) => {
      const { adapter } = transaction.getExecutor();
      // Before the migrator looks for its tables, which only one process may create.
      await adapter.acquireMigrationLock(transaction, { lockTable: '', lockRowId: '' });
      const migrator = new Migrator({
        db: transaction,
        provider: { getMigrations: async () => migrations },
        // A database of the first version has applied 0001 without ours, and an older application's without our newest.
        allowUnorderedMigrations: true,
        ...(namespace === undefined ? {} : { migrationTableSchema: namespace }),
      });
      const { error, results = [] } = await migrator.migrateToLatest();
      if (error !== undefined) throw error;
      await refuseUnknownEvents(transaction);
      return results.map(({ migrationName }) => migrationName);
    });
    return { applied, schema };
  } catch (error) {
    const unknown = (await appliedMigrations(db)).findLast((name) => !(name in migrations));
    if (unknown === undefined) throw error;
    throw new Error(
      `its schema (${unknown}) is newer than the one this version supports (${schema}): start a newer version, or restore a backup made before the upgrade`,
      { cause: error },
    );
  }
}

/** Empty if they cannot be read; the caller then reports the error of the migration. */
async function appliedMigrations(db: Kysely<unknown>): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}
