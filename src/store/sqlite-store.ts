import { Kysely, SelectQueryNode } from 'kysely';
import type { Log } from '../log.ts';
import { Gate } from './gate.ts';
import { migrate } from './migrate.ts';
import { createQueries } from './queries.ts';
import { createSqliteDialect } from './sqlite/dialect.ts';
import { SqliteLink } from './sqlite/link.ts';
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
  const link = await SqliteLink.open(path);
  const connect = (mode: (isRead: boolean) => Statement['mode']): Kysely<Tables> =>
    new Kysely({
      dialect: createSqliteDialect(({ query, sql, parameters }) =>
        link.request('statement', { sql, parameters, mode: mode(SelectQueryNode.is(query)) }),
      ),
    });

  try {
    await migrate(
      connect(() => 'alone'),
      // The one name that makes the primary key SQLite's row id; its text compares by code point.
      { integer: 'integer', text: 'text' },
    );
  } catch (cause) {
    await link.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} cannot be used: ${reason}`, { cause });
  }
  void link.failed.then((err) => {
    log.error({ err }, 'the store has failed');
    onFailure?.(err);
  });

  const queries = createQueries(connect((isRead) => (isRead ? 'alone' : 'grouped')));
  const gate = new Gate(maxPending);
  const gated =
    <Input extends unknown[], Output>(operation: (...input: Input) => Promise<Output>) =>
    (...input: Input): Promise<Output> =>
      gate.enter(() => operation(...input));

  return {
    appendPost: gated((draft) => link.request('appendPost', draft)),
    appendFriendSet: gated((user, friend) =>
      link.request('appendFriendSet', { user, friend, createdAtMs: Date.now() }),
    ),
    appendFriendDeleted: gated((user, friend) =>
      link.request('appendFriendDeleted', { user, friend, createdAtMs: Date.now() }),
    ),
    eventsAfter: gated(queries.eventsAfter),
    headSeq: gated(queries.headSeq),
    history: gated(queries.history),
    startNewEpoch: gated(queries.startNewEpoch),
    prune: gated(queries.prune),
    findDeviceCursor: gated(queries.findDeviceCursor),
    saveDeviceCursors: gated(queries.saveDeviceCursors),
    friendsOf: gated(queries.friendsOf),
    insertUser: gated(queries.insertUser),
    findUser: gated(queries.findUser),
    findPasswordHash: gated(queries.findPasswordHash),
    searchUsers: gated(queries.searchUsers),
    findPost: gated(queries.findPost),
    updatePost: gated(queries.updatePost),
    deletePost: gated(queries.deletePost),
    feedOf: gated(queries.feedOf),
    ping: gated(async () => {
      await queries.headSeq();
    }),
    async close() {
      await gate.close();
      await link.close();
    },
  };
}
