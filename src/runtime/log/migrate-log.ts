import type { Log } from '../shared/log.ts';
import { embeddedFile } from './embedded-file.ts';
import { loadPackage } from './load-package.ts';
import type { MigrationResult, Migrations } from './migrations/run-migrations.ts';
import type { DatabaseLocation } from './open-log.ts';

export interface MigrateLogOptions {
  readonly database: DatabaseLocation;
  /** Of the application's own tables. Default: none. */
  readonly migrations?: Migrations;
  readonly log: Log;
}

/**
 * Brings the tables to the schema of this version, as opening the log does.
 *
 * @throws Error that says why the database cannot be used, and what to do
 */
export async function migrateLog({
  database,
  migrations = () => ({}),
  log,
}: MigrateLogOptions): Promise<MigrationResult> {
  if ('folder' in database) {
    const { migrateSqliteFile } = await import('./sqlite/sqlite-engine.ts');
    return await migrateSqliteFile(embeddedFile(database.folder), migrations);
  }
  const { preparePostgres } = await loadPackage({
    packageName: 'pg',
    load: () => import('./postgres/prepare-database.ts'),
  });
  return await preparePostgres({ url: database.url, migrations, log });
}
