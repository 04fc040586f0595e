import { Kysely, PostgresDialect } from 'kysely';
import type { Log } from 'posted/server';
import { createEngineStore, toPostAppended } from './engine-store.ts';
import type { NewestOfFriends } from './feed-page.ts';
import { appendBatch, type FriendChange } from './postgres/append-batch.ts';
import { AppendQueue } from './postgres/append-queue.ts';
import { describeDatabase } from './postgres/client-config.ts';
import { ConnectionPool, createOutageLog } from './postgres/connection-pool.ts';
import { prepareDatabase } from './postgres/prepare-database.ts';
import { createQueries } from './queries.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`, with libpq's parameters. */
  readonly url: string;
  readonly log: Log;
  /** Pending operations beyond this number are refused with `unavailable`. Default: 10,000. */
  readonly maxPending?: number;
  /** The number of connections, besides the one reserved for appends. Default: 8. */
  readonly maxConnections?: number;
  /** How long to wait at startup for a database that cannot be reached. Default: 30,000. */
  readonly startTimeoutMs?: number;
}

/** A confirmed commit is on disk, even if the server is configured to confirm earlier. */
const synchronousCommit = `
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

/**
 * Opens a store in a PostgreSQL database, which several nodes may share. While the database cannot be
 * reached, every call rejects with `unavailable`; the store recovers by itself.
 *
 * @throws Error that says why the database cannot be used, without the password
 */
export async function openPostgresStore({
  url,
  log,
  maxPending = 10_000,
  maxConnections = 8,
  startTimeoutMs,
}: PostgresStoreOptions): Promise<Store> {
  await prepareDatabase({ url, log, startTimeoutMs });
  const observer = createOutageLog(log, describeDatabase(url));
  const pool = new ConnectionPool({ url, maxConnections, observer });
  const appendPool = new ConnectionPool({
    url,
    maxConnections: 1,
    session: synchronousCommit,
    pipeline: true,
    observer,
  });
  const appends = new AppendQueue((batch) => appendBatch(appendPool, batch));

  async function appendChange<Kind extends FriendChange['kind']>(
    parts: Omit<FriendChange<Kind>, 'createdAtMs'>,
  ): Promise<(FriendChange<Kind> & { readonly seq: number }) | null> {
    const change = { ...parts, createdAtMs: Date.now() };
    const { seq } = await appends.add(change);
    return seq === null ? null : { ...change, seq };
  }

  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return createEngineStore(
    {
      ...createQueries(db, newestOfFriends),
      appendPost: async (draft) => toPostAppended(draft, await appends.add({ kind: 'post', draft })),
      appendFriendSet: (user, friend) => appendChange({ kind: 'friend-set', user, friend }),
      appendFriendDeleted: (user, friend) => appendChange({ kind: 'friend-deleted', user, friend }),
    },
    maxPending,
    async () => {
      await Promise.all([pool.end(), appendPool.end()]);
    },
  );
}

/** Without LATERAL, PostgreSQL would read every post of every friend. */
const newestOfFriends: NewestOfFriends = (db, { user, belowSeq, maxPerFriend }) =>
  db
    .selectFrom('friend')
    .innerJoinLateral(
      (build) =>
        build
          .selectFrom('post')
          .select('post.seq')
          .whereRef('post.author', '=', 'friend.friend_id')
          .where('post.seq', '<', belowSeq)
          .orderBy('post.seq', 'desc')
          .limit(maxPerFriend)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .select('newest.seq')
    .where('friend.user_id', '=', user)
    .as('candidate');
