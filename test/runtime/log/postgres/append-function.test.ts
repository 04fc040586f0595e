import { expect, onTestFinished, test } from 'vitest';
import { PostgresHints } from '../../../../src/runtime/log/postgres/postgres-hints.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { describePostgres, type PostgresServer } from '../../../support/postgres.ts';
import { openEngine } from './open-engine.ts';

const limits = { maxEvents: 100, maxBytes: 1_000_000 };

describePostgres('appending from SQL', (server) => {
  test('appends an event in the transaction of any program, and notifies the nodes', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url);
    const hinted: number[] = [];
    const up = Promise.withResolvers<void>();
    const hints = new PostgresHints({
      url,
      log: silentLog,
      advice: '',
      onHint: (seq) => void hinted.push(seq),
      onUp: () => up.resolve(),
    });
    onTestFinished(() => hints.close());
    await up.promise;
    const rows = await server().query(
      url,
      `set search_path = pg_catalog;
       begin; select public.posted_append('orders', 'placed', 't1', '{"n": 1}'); rollback;
       select public.posted_append('orders', 'placed', 't1', '{"n": 1}', entity => 'o1', also => array['u1', 'u2']) as seq`,
    );
    expect(rows).toEqual([{ seq: '1' }]);
    const [event] = await engine.eventsAfter(0, limits);
    expect(event).toMatchObject({
      seq: 1,
      kind: 'message',
      channel: 'orders',
      message: 'placed',
      topic: 't1',
      also: ['u1', 'u2'],
      entity: 'o1',
      payload: '{"n": 1}',
    });
    expect(event?.mark).toBeGreaterThan(0);
    expect(Math.abs((event?.createdAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
    await expect.poll(() => hinted).toEqual([1]);
  });

  test('refuses an event without a topic', async () => {
    const url = await server().createDatabase();
    await openEngine(url);
    await expect(server().query(url, `select posted_append('orders', 'placed', null, '{}')`)).rejects.toThrow(
      'an event needs a channel, a message and a topic',
    );
  });

  test('raises synchronous_commit for its transaction where it is off', async () => {
    const url = await server().createDatabase();
    await openEngine(url);
    const rows = await server().query(
      url,
      `set synchronous_commit = off; begin; select posted_append('a', 'b', 'c', '{}');
       select current_setting('synchronous_commit') as level`,
    );
    expect(rows).toEqual([{ level: 'on' }]);
  });

  test('creates no schema with the name of a role, whose tables it would hide', async () => {
    const url = await server().createDatabase();
    await openEngine(url);
    expect(new URL(url).username).toBe('posted');
    expect(await server().query(url, "select to_regnamespace('posted') is null as missing")).toEqual([
      { missing: true },
    ]);
  });

  test('works as posted.append in a schema of that name, whatever the search path', async () => {
    const url = await openWithSchema(server());
    const engine = await openEngine(url);
    await server().query(url, `set search_path = pg_catalog; select posted.append('a', 'b', 'c', '{}')`);
    expect(await engine.eventsAfter(0, limits)).toHaveLength(1);
  });

  test('leaves posted.append to the first log when another schema gets one', async () => {
    const url = await openWithSchema(server());
    const engine = await openEngine(url);
    await server().query(url, 'create schema other');
    const warnings: string[] = [];
    const other = new URL(url);
    other.searchParams.set('options', '-c search_path=other');
    await openEngine(other.href, { log: { ...silentLog, warn: (_, text) => void warnings.push(text) } });
    expect(warnings.filter((text) => text.includes('call "other".posted_append'))).toHaveLength(1);
    await server().query(url, `select posted.append('a', 'b', 'c', '{}')`);
    expect(await engine.eventsAfter(0, limits)).toHaveLength(1);
  });

  test('is missing, with a warning, where the role may not create it', async () => {
    const url = await server().createDatabase();
    await openEngine(url);
    await server().query(
      url,
      `drop function posted_append; create role limited login password 'x'; revoke create on schema public from public;
       grant all on all tables in schema public to limited`,
    );
    const limited = Object.assign(new URL(url), { username: 'limited', password: 'x' }).href;
    const warnings: string[] = [];
    const engine = await openEngine(limited, {
      log: { ...silentLog, warn: (_, text) => void warnings.push(text) },
    });
    expect(warnings.filter((text) => text.includes('SQL function'))).toHaveLength(1);
    await engine.ping();
  });
});

/** The URL of a database with a schema `posted`, for a search path without it. */
async function openWithSchema(server: PostgresServer): Promise<string> {
  const url = new URL(await server.createDatabase());
  await server.query(url.href, 'create schema posted');
  url.searchParams.set('options', '-c search_path=public');
  return url.href;
}
