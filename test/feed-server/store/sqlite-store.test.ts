import { open, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openSqliteStore, type SqliteStoreOptions } from '../../../src/feed-server/store/sqlite-store.ts';
import type { Store } from '../../../src/feed-server/store/store.ts';
import { createLog } from '../../../src/runtime/node/pino-log.ts';
import type { Log } from '../../../src/runtime/shared/log.ts';
import { makeDatabasePath } from './sqlite/database-path.ts';
import { runAppends } from './sqlite/run-appends.ts';
import { describeStore } from './store-suite.ts';
import { outcomes } from './suite/availability.ts';
import { draft } from './suite/database.ts';

async function openStore(options: Omit<SqliteStoreOptions, 'log'> & { log?: Log }): Promise<Store> {
  const store = await openSqliteStore({ log: createLog('silent'), ...options });
  onTestFinished(() => store.close());
  return store;
}

describeStore('the embedded store', async () => {
  const path = await makeDatabasePath();
  return { open: (options) => openStore({ path, ...options }) };
});

describe('the embedded store', () => {
  it('runs the requests of one caller in order, reads after writes', async () => {
    const store = await openStore({ path: await makeDatabasePath() });
    const [kept, deleted] = [draft(), draft()];
    const [, , , head, found] = await Promise.all([
      store.appendPost(kept),
      store.appendPost(deleted),
      store.deletePost(deleted.postId, deleted.author),
      store.headSeq(),
      store.findPost(kept.postId),
    ]);
    expect(head).toBe(2);
    expect(found?.id).toBe(kept.postId);
    expect(await store.findPost(deleted.postId)).toBeNull();
  });
});

/** Opens the file without the store, which must be closed. */
function inspect<Result>(path: string, use: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

describe('the file of the embedded store', () => {
  it('is readable by its owner only', async () => {
    const path = await makeDatabasePath();
    const store = await openStore({ path });
    await store.appendPost(draft());
    for (const file of [path, `${path}-wal`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is refused while a store has it open, in this process or another', async () => {
    const path = await makeDatabasePath();
    const store = await openStore({ path });
    await expect(openStore({ path })).rejects.toThrow(`${path} is in use by another process`);
    const other = await runAppends(path);
    expect(other.lines).toEqual([]);
    expect(other.errorText).toContain(`${path} is in use by another process`);
    expect(await store.headSeq()).toBe(0);
    await store.close();
    expect(await (await openStore({ path })).headSeq()).toBe(0);
  });

  it('is refused unchanged if its schema is newer', async () => {
    const path = await makeDatabasePath();
    await (await openStore({ path })).close();
    inspect(path, (database) =>
      database.exec(
        `insert into kysely_migration values ('9999-from-the-future', '2099-01-01T00:00:00.000Z')`,
      ),
    );
    await expect(openStore({ path })).rejects.toThrow(
      /posted\.sqlite.*9999-from-the-future.*newer.*0002-search-index/,
    );
    const names = inspect(path, (database) => database.prepare('select name from kysely_migration').all());
    expect(names.length).toBe(3);
  });

  it('contains no tables of a failed migration', async () => {
    const path = await makeDatabasePath();
    inspect(path, (database) => database.exec('create table friend (a)'));
    await expect(openStore({ path })).rejects.toThrow(
      /posted\.sqlite cannot be used: .*"friend" already exists/,
    );
    const tables = inspect(path, (database) =>
      database
        .prepare(`select name from sqlite_schema where type = 'table' and name not like 'kysely%'`)
        .all(),
    );
    expect(tables).toEqual([{ name: 'friend' }]);
  });

  it('is refused if it is not a database', async () => {
    const path = await makeDatabasePath();
    await writeFile(path, 'Dear diary, '.repeat(1000));
    await expect(openStore({ path })).rejects.toThrow(`${path} is damaged`);
  });

  it('is refused if its pages are damaged', async () => {
    const path = await makeDatabasePath();
    await (await openStore({ path })).close();
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc((await file.stat()).size - 4096, 0xa5), 0, null, 4096);
    await file.close();
    await expect(openStore({ path })).rejects.toThrow(/posted\.sqlite cannot be used: .*malformed/);
  });

  it('is refused if its folder does not exist', async () => {
    const path = join(dirname(await makeDatabasePath()), 'nowhere', 'posted.sqlite');
    await expect(openStore({ path })).rejects.toThrow(`cannot open ${path}`);
  });
});

describe('the thread of the embedded store', () => {
  it('rejects every call when it dies, reports it once, and releases the file', async () => {
    const path = await makeDatabasePath();
    const workers: Worker[] = [];
    const remember = (worker: Worker): void => void workers.push(worker);
    process.on('worker', remember);
    onTestFinished(() => void process.off('worker', remember));
    const error = vi.fn<Log['error']>();
    const onFailure = vi.fn<(cause: Error) => void>();
    const log = { ...createLog('silent'), error };
    const store = await openStore({ path, log, onFailure });
    await store.appendPost(draft());

    const pending = Promise.allSettled(Array.from({ length: 500 }, () => store.appendPost(draft())));
    await workers[0]?.terminate();
    const results = await pending;
    const rejected = results.filter((result) => result.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(0);
    expect(new Set(rejected.map(({ reason }) => reason.code))).toEqual(new Set(['unavailable']));
    expect(new Set(await outcomes(store))).toEqual(new Set(['unavailable']));
    expect(onFailure).toHaveBeenCalledTimes(1);
    expect(error).toHaveBeenCalledTimes(1);
    await store.close();

    expect(await (await openStore({ path })).headSeq()).toBeGreaterThanOrEqual(501 - rejected.length);
  });
});
