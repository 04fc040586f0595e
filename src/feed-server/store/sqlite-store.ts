import { Kysely, SelectQueryNode } from 'kysely';
import type { Log } from 'posted/server';
import { toPostAppended } from './appended.ts';
import { createGatedStore } from './gated-store.ts';
import { type Migrated, migrate } from './migrate.ts';
import { createQueries } from './queries.ts';
import { createSqliteDialect } from './sqlite/dialect.ts';
import { SqliteLink } from './sqlite/link.ts';
import { newestOfFriends } from './sqlite/newest-of-friends.ts';
import type { Statement } from './sqlite/protocol.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

export interface SqliteStoreOptions {
  /** The database file; it is created where there is none, in a folder that exists. */
  readonly path: string;
  readonly log: Log;
  /** Operations that may wait for their answers; more are refused with `unavailable`. Default: 10,000. */
  readonly maxPending?: number;
  /** Called once if the store dies, after which every call rejects with `unavailable`: stop the server. */
  readonly onFailure?: (cause: Error) => void;
}

/**
 * The embedded store: one SQLite file that this process has to itself, in a thread of its own.
 *
 * @throws Error that says why the file cannot be used: by another process, damaged, of a newer version
 */
export async function openSqliteStore({
  path,
  log,
  maxPending = 10_000,
  onFailure,
}: SqliteStoreOptions): Promise<Store> {
  const { link } = await openMigrated(path);
  void link.failed.then((err) => {
    log.error({ err }, 'the store has failed');
    onFailure?.(err);
  });

  return createGatedStore(
    {
      ...createQueries(
        connect(link, (isRead) => (isRead ? 'alone' : 'grouped')),
        newestOfFriends,
      ),
      appendPost: async (draft) => toPostAppended(draft, await link.request('appendPost', draft)),
      appendFriendSet: (user, friend) =>
        link.request('appendFriendSet', { user, friend, createdAtMs: Date.now() }),
      appendFriendDeleted: (user, friend) =>
        link.request('appendFriendDeleted', { user, friend, createdAtMs: Date.now() }),
    },
    maxPending,
    () => link.close(),
  );
}

/**
 * Brings the tables of the file to the schema of this version; the file is created where there is none.
 *
 * @throws Error that says why the file cannot be used
 */
export async function migrateSqliteFile(path: string): Promise<Migrated> {
  const { link, migrated } = await openMigrated(path);
  await link.close();
  return migrated;
}

async function openMigrated(
  path: string,
): Promise<{ readonly link: SqliteLink; readonly migrated: Migrated }> {
  const link = await SqliteLink.open(path);
  try {
    const migrated = await migrate(
      connect(link, () => 'alone'),
      // The one name that makes the primary key SQLite's row id; its text compares by code point.
      { integer: 'integer', text: 'text' },
    );
    return { link, migrated };
  } catch (cause) {
    await link.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} cannot be used: ${reason}`, { cause });
  }
}

function connect(link: SqliteLink, mode: (isRead: boolean) => Statement['mode']): Kysely<Tables> {
  return new Kysely({
    dialect: createSqliteDialect(({ query, sql, parameters }) =>
      link.request('statement', { sql, parameters, mode: mode(SelectQueryNode.is(query)) }),
    ),
  });
}
