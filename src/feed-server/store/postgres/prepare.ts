import { setTimeout as wait } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Log } from 'posted/server';
import { PostedError } from 'posted/server';
import { type Migrated, migrate } from '../migrate.ts';
import type { Tables } from '../tables.ts';
import { nameOf } from './client-config.ts';
import { Database, type Reach } from './database.ts';
import { describe, isOutOfReach, translate } from './failures.ts';

export interface PrepareOptions {
  readonly url: string;
  readonly log: Log;
  /** How long a server that cannot be reached is waited for. Default: 30,000. */
  readonly patienceMs?: number | undefined;
}

const retryMs = { first: 250, most: 5000 };

/** After which it is told why nothing seems to happen. */
const noticeMs = 5000;

/**
 * Waits until the database can be reached, and brings its tables to the schema of this version. Many
 * processes may do so at once: one migrates while the others wait.
 *
 * @throws Error that says what is wrong: the password, the name of the database, a newer schema, or that
 *   nothing was reached in time
 */
export async function prepareDatabase({ url, log, patienceMs = 30_000 }: PrepareOptions): Promise<Migrated> {
  const name = nameOf(url);
  const endMs = performance.now() + patienceMs;
  for (let waitMs = retryMs.first; ; waitMs = Math.min(waitMs * 2, retryMs.most)) {
    try {
      const migrated = await checkAndMigrate(url, log);
      log.info({ database: name, ...migrated }, 'the database is ready');
      return migrated;
    } catch (cause) {
      const isPassing = cause instanceof PostedError;
      const reason = describe(isPassing ? cause.cause : cause);
      const leftMs = endMs - performance.now();
      if (!isPassing) throw new Error(`${name} cannot be used: ${reason}.`, { cause });
      if (leftMs <= 0) throw new Error(`${name} was not reached in ${patienceMs} ms: ${reason}.`, { cause });
      log.warn({ database: name, cause: reason }, 'the database is out of reach; trying again');
      await wait(Math.min(waitMs, leftMs));
    }
  }
}

interface Surroundings {
  readonly encoding: string;
  readonly fsync: string;
  /** The schema that tables are created in. */
  readonly namespace: string | null;
}

const nothing: Surroundings = { encoding: 'unknown', fsync: 'unknown', namespace: null };

async function checkAndMigrate(url: string, log: Log): Promise<Migrated> {
  let lost: unknown = null;
  const reach: Reach = {
    succeeded() {},
    failed(cause) {
      if (isOutOfReach(cause)) lost ??= cause;
    },
  };
  const database = new Database({ url, maxConnections: 1, isPatient: true, reach });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: database }) });
  const notice = setTimeout(
    () => log.info({}, 'the database is migrated, here or by another node'),
    noticeMs,
  );
  try {
    const { rows } = await sql<Surroundings>`
      select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
        current_schema() as namespace`.execute(db);
    const [{ encoding, fsync, namespace } = nothing] = rows;
    if (encoding !== 'UTF8') throw new Error(`its encoding is ${encoding}: create it with encoding 'UTF8'`);
    if (namespace === null) throw new Error('no schema of its search_path exists: create one');
    if (fsync === 'off') log.warn({}, 'fsync is off: a loss of power may cost posts that were answered');
    return await migrate(db, { integer: 'bigint', text: sql`text collate "C"` }, namespace);
  } catch (thrown) {
    // What is tried on a lost connection afterwards, such as a rollback, fails with words of its own.
    throw lost === null ? thrown : translate(lost);
  } finally {
    clearTimeout(notice);
    await database.end();
  }
}
