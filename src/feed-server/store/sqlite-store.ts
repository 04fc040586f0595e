import { Kysely, SelectQueryNode } from 'kysely';
import type { Log } from 'posted/server';
import { createEngineStore, toPostAppended } from './engine-store.ts';
import type { NewestOfFriends } from './feed-page.ts';
import { type MigrationResult, runMigrations } from './migrations/run-migrations.ts';
import { createQueries } from './queries.ts';
import type { Statement } from './sqlite/protocol.ts';
import { createSqliteDialect } from './sqlite/sqlite-dialect.ts';
import { SqliteThread } from './sqlite/sqlite-thread.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

export interface SqliteStoreOptions {
  /** The database file, created if it does not exist. Its folder must exist. */
  readonly path: string;
  readonly log: Log;
  /** Pending operations beyond this number are refused with `unavailable`. Default: 10,000. */
  readonly maxPending?: number;
  /** Called once if the store fails, after which every call rejects with `unavailable`: stop the server. */
  readonly onFailure?: (cause: Error) => void;
}

/**
 * Opens the embedded store: an SQLite file that this process locks, accessed by a thread of its own.
 *
 * @throws Error that says why the file cannot be used: locked by another process, damaged, or newer
 */
export async function openSqliteStore({
  path,
  log,
  maxPending = 10_000,
  onFailure,
}: SqliteStoreOptions): Promise<Store> {
  const { thread } = await openMigrated(path);
  void thread.failed.then((err) => {
    log.error({ err }, 'the store failed');
    onFailure?.(err);
  });

  return createEngineStore(
    {
      ...createQueries(
        connect(thread, (isRead) => (isRead ? 'alone' : 'grouped')),
        newestOfFriends,
      ),
      appendPost: async (draft) => toPostAppended(draft, await thread.request('appendPost', draft)),
      appendFriendSet: (user, friend) =>
        thread.request('appendFriendSet', { user, friend, createdAtMs: Date.now() }),
      appendFriendDeleted: (user, friend) =>
        thread.request('appendFriendDeleted', { user, friend, createdAtMs: Date.now() }),
    },
    maxPending,
    () => thread.close(),
  );
}

/**
 * Migrates the tables of the file to the schema of this version. Creates the file if it does not exist.
 *
 * @throws Error that says why the file cannot be used
 */
export async function migrateSqliteFile(path: string): Promise<MigrationResult> {
  const { thread, migration } = await openMigrated(path);
  await thread.close();
  return migration;
}

async function openMigrated(
  path: string,
): Promise<{ readonly thread: SqliteThread; readonly migration: MigrationResult }> {
  const thread = await SqliteThread.open(path);
  try {
    const migration = await runMigrations(
      connect(thread, () => 'alone'),
      // `integer` makes the primary key SQLite's row id; `text` compares by code point.
      { integer: 'integer', text: 'text' },
    );
    return { thread, migration };
  } catch (cause) {
    await thread.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} cannot be used: ${reason}`, { cause });
  }
}

function connect(thread: SqliteThread, mode: (isRead: boolean) => Statement['mode']): Kysely<Tables> {
  return new Kysely({
    dialect: createSqliteDialect(({ query, sql, parameters }) =>
      thread.request('statement', { sql, parameters, mode: mode(SelectQueryNode.is(query)) }),
    ),
  });
}

/** SQLite has no LATERAL: a subquery finds the oldest post wanted of each friend. */
const newestOfFriends: NewestOfFriends = (db, { user, belowSeq, maxPerFriend }) =>
  db
    .selectFrom('friend')
    .innerJoin('post', (join) =>
      join.onRef('post.author', '=', 'friend.friend_id').on('post.seq', '>=', (build) =>
        build.fn.coalesce(
          build
            .selectFrom('post as oldest')
            .select('oldest.seq')
            .whereRef('oldest.author', '=', 'friend.friend_id')
            .where('oldest.seq', '<', belowSeq)
            .orderBy('oldest.seq', 'desc')
            .limit(1)
            .offset(maxPerFriend - 1),
          build.lit(0),
        ),
      ),
    )
    .select('post.seq')
    .where('friend.user_id', '=', user)
    .where('post.seq', '<', belowSeq)
    .as('candidate');
