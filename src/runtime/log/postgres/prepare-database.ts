import { setTimeout as wait } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { PostedError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { type MigrationResult, type Migrations, runMigrations } from '../migrations/run-migrations.ts';
import { installAppendFunctions } from './append-function.ts';
import { checkHome } from './check-home.ts';
import { describeDatabase } from './client-config.ts';
import { type AttemptObserver, ConnectionPool } from './connection-pool.ts';
import { describe, isUnreachable, translate } from './failures.ts';
import { createMigrationDialect } from './migration-dialect.ts';

export interface PrepareOptions {
  readonly url: string;
  /** The application's. */
  readonly migrations: Migrations;
  readonly log: Log;
  /** How long to wait for a server that cannot be reached. Default: 30,000. */
  readonly startTimeoutMs?: number | undefined;
}

const retryMs = { first: 250, max: 5000 };

/** After which a log record explains why the server is not ready yet. */
const noticeMs = 5000;

/**
 * Waits until the database can be reached, and migrates its tables to the schema of this version. Several processes may
 * do so at the same time: one migrates while the others wait.
 *
 * @throws Error that says what is wrong: for example the password, the database's name, a newer schema, or a server that
 *   could not be reached in time
 */
export async function preparePostgres({
  url,
  migrations,
  log,
  startTimeoutMs = 30_000,
}: PrepareOptions): Promise<MigrationResult> {
  const name = describeDatabase(url);
  const deadlineMs = performance.now() + startTimeoutMs;
  for (let waitMs = retryMs.first; ; waitMs = Math.min(waitMs * 2, retryMs.max)) {
    try {
      const migration = await checkAndMigrate(url, migrations, log);
      log.info({ database: name, ...migration }, 'the database is ready');
      return migration;
    } catch (cause) {
      const isTransient = cause instanceof PostedError;
      const reason = describe(isTransient ? cause.cause : cause);
      const leftMs = deadlineMs - performance.now();
      if (!isTransient) throw new Error(`${name} cannot be used: ${reason}.`, { cause });
      if (leftMs <= 0)
        throw new Error(`${name} could not be reached within ${startTimeoutMs} ms: ${reason}.`, { cause });
      log.warn({ database: name, cause: reason }, 'the database cannot be reached; retrying');
      await wait(Math.min(waitMs, leftMs));
    }
  }
}

interface DatabaseInfo {
  readonly encoding: string;
  readonly fsync: string;
  /** The schema in which tables are created; null if no schema of the search_path exists. */
  readonly namespace: string | null;
}

const noInfo: DatabaseInfo = { encoding: 'unknown', fsync: 'unknown', namespace: null };

async function checkAndMigrate(url: string, application: Migrations, log: Log): Promise<MigrationResult> {
  let outage: unknown = null;
  const observer: AttemptObserver = {
    succeeded() {},
    failed(cause) {
      if (isUnreachable(cause)) outage ??= cause;
    },
  };
  const pool = new ConnectionPool({ url, maxConnections: 1, responseTimeoutMs: 0, observer });
  const db = new Kysely<unknown>({ dialect: createMigrationDialect(pool) });
  const notice = setTimeout(
    () => log.info({}, 'waiting for the migration of the database, by this node or another'),
    noticeMs,
  );
  try {
    const { rows } = await sql<DatabaseInfo>`
      select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
        current_schema() as namespace`.execute(db);
    const [{ encoding, fsync, namespace } = noInfo] = rows;
    if (encoding !== 'UTF8')
      throw new Error(`its encoding is ${encoding}: create the database with encoding 'UTF8'`);
    if (namespace === null) throw new Error('no schema in its search_path exists: create one');
    if (fsync === 'off') log.warn({}, 'fsync is off: a power failure may lose acknowledged writes');
    const result = await runMigrations(db, {
      types: { engine: 'postgres', integer: 'bigint', text: sql`text collate "C"` },
      application,
      namespace,
    });
    await checkHome(db, log);
    await installAppendFunctions(db, { namespace, log });
    return result;
  } catch (thrown) {
    // A rollback on a lost connection fails with an error of its own: report the first one.
    throw translate(outage ?? thrown);
  } finally {
    clearTimeout(notice);
    await pool.end();
  }
}
