import { Kysely, PostgresDialect } from 'kysely';
import type { Log } from 'posted/server';
import { toPostAppended } from './appended.ts';
import { createGatedStore } from './gated-store.ts';
import { AppendQueue } from './postgres/append-queue.ts';
import { appendAll, type FriendChange } from './postgres/appends.ts';
import { nameOf } from './postgres/client-config.ts';
import { Database } from './postgres/database.ts';
import { newestOfFriends } from './postgres/newest-of-friends.ts';
import { prepareDatabase } from './postgres/prepare.ts';
import { createReach } from './postgres/reach.ts';
import { createQueries } from './queries.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that libpq knows. */
  readonly url: string;
  readonly log: Log;
  /** Operations that may wait for their answers; more are refused with `unavailable`. Default: 10,000. */
  readonly maxPending?: number;
  /** Connections for everything but appends, which have one of their own. Default: 8. */
  readonly maxConnections?: number;
  /** How long a database that is out of reach is waited for at the start. Default: 30,000. */
  readonly patienceMs?: number;
}

/** A commit that is answered is on disk, also where the server is set to answer sooner. */
const durable = `
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

/**
 * The store of many nodes, in a PostgreSQL database that they share. While it is out of reach every
 * call rejects with `unavailable`; when it is back the store goes on by itself.
 *
 * @throws Error that says why the database cannot be used, without the password
 */
export async function openPostgresStore({
  url,
  log,
  maxPending = 10_000,
  maxConnections = 8,
  patienceMs,
}: PostgresStoreOptions): Promise<Store> {
  await prepareDatabase({ url, log, patienceMs });
  const reach = createReach(log, nameOf(url));
  const shared = new Database({ url, maxConnections, reach });
  const alone = new Database({ url, maxConnections: 1, session: durable, pipeline: true, reach });
  const appends = new AppendQueue((batch) => appendAll(alone, batch));

  async function appendChange<Kind extends FriendChange['kind']>(
    parts: Omit<FriendChange<Kind>, 'createdAtMs'>,
  ): Promise<(FriendChange<Kind> & { readonly seq: number }) | null> {
    const change = { ...parts, createdAtMs: Date.now() };
    const { seq } = await appends.add(change);
    return seq === null ? null : { ...change, seq };
  }

  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: shared }) });
  return createGatedStore(
    {
      ...createQueries(db, newestOfFriends),
      appendPost: async (draft) => toPostAppended(draft, await appends.add({ kind: 'post', draft })),
      appendFriendSet: (user, friend) => appendChange({ kind: 'friend-set', user, friend }),
      appendFriendDeleted: (user, friend) => appendChange({ kind: 'friend-deleted', user, friend }),
    },
    maxPending,
    async () => {
      await Promise.all([shared.end(), alone.end()]);
    },
  );
}
