import { expect, onTestFinished, test } from 'vitest';
import { PostgresHints } from '../../../../src/runtime/log/postgres/postgres-hints.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { openEngine } from './open-engine.ts';

const limits = { maxEvents: 100, maxBytes: 1_000_000 };

describePostgres('posted.append', (server) => {
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
       begin; select posted.append('orders', 'placed', 't1', '{"n": 1}'); rollback;
       select posted.append('orders', 'placed', 't1', '{"n": 1}', entity => 'o1', also => array['u1', 'u2']) as seq`,
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
    await expect(server().query(url, `select posted.append('orders', 'placed', null, '{}')`)).rejects.toThrow(
      'posted.append needs a channel, a message and a topic',
    );
  });

  test('raises synchronous_commit for its transaction where it is off', async () => {
    const url = await server().createDatabase();
    await openEngine(url);
    const rows = await server().query(
      url,
      `set synchronous_commit = off; begin; select posted.append('a', 'b', 'c', '{}');
       select current_setting('synchronous_commit') as level`,
    );
    expect(rows).toEqual([{ level: 'on' }]);
  });

  test('stays with the log of its schema when another schema gets a log', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url);
    await server().query(url, 'create schema other');
    const warnings: string[] = [];
    const search = new URL(url);
    search.searchParams.set('options', '-c search_path=other');
    await openEngine(search.href, { log: { ...silentLog, warn: (_, text) => void warnings.push(text) } });
    expect(warnings.filter((text) => text.includes('posted.append'))).toHaveLength(1);
    await server().query(url, `select posted.append('a', 'b', 'c', '{}')`);
    expect(await engine.eventsAfter(0, limits)).toHaveLength(1);
  });

  test('is missing, with a warning, where the role may not create it', async () => {
    const url = await server().createDatabase();
    const { pathname } = new URL(url);
    await server().query(
      url,
      `create role limited login password 'x'; revoke create on database ${pathname.slice(1)} from limited;
       grant all on schema public to limited`,
    );
    const limited = Object.assign(new URL(url), { username: 'limited', password: 'x' }).href;
    const warnings: string[] = [];
    const engine = await openEngine(limited, {
      log: { ...silentLog, warn: (_, text) => void warnings.push(text) },
    });
    expect(warnings.filter((text) => text.includes('posted.append'))).toHaveLength(1);
    await engine.ping();
  });
});
