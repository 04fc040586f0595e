import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { noPgBouncer, startPgBouncer } from '../../../support/pgbouncer.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { countTo, readLog } from '../suite/database.ts';
import { migrations, note, notesOf } from '../suite/notes-application.ts';
import { openEngine } from './open-engine.ts';

const draft = { channel: 'notes', message: 'note', topic: 'ada', payload: { text: 'a' } };

/** Records the number of prepared statements with each event, or drops them. */
const countPrepared = `
  create table prepared (count integer);
  create table forget (now boolean);
  insert into forget values (false);
  create function count_prepared() returns trigger language plpgsql as $$ begin
    insert into prepared select count(*) from pg_prepared_statements where name like 'posted_%';
    if (select now from forget) then
      update forget set now = false;
      execute 'deallocate all';
    end if;
    return null; end $$;
  create trigger count_prepared after insert on posted_event for each statement execute function count_prepared()`;

describePostgres('sessions of PostgreSQL', (server) => {
  test('may have any defaults: a confirmed write is on disk, and reads stay read-only', async () => {
    const url = await server().createDatabase();
    const database = new URL(url).pathname.slice(1);
    await server().query(
      url,
      `alter database ${database} set synchronous_commit = off;
       alter database ${database} set default_transaction_isolation = 'serializable';
       alter database ${database} set default_transaction_read_only = off`,
    );
    const engine = await openEngine(url, { migrations });
    await server().query(
      url,
      `create table seen (level text, isolation text);
       create function see() returns trigger language plpgsql as $$ begin
         insert into seen values (current_setting('synchronous_commit'), current_setting('transaction_isolation'));
         return null; end $$;
       create trigger see after insert on posted_event execute function see()`,
    );
    await notesOf(engine).create(note(), undefined);
    await engine.transaction((transaction) => transaction.append([draft]));
    expect(await server().query(url, 'select distinct level, isolation from seen')).toEqual([
      { level: 'on', isolation: 'read committed' },
    ]);
    await expect(sql`delete from note`.execute(engine.reads())).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await readLog(engine)).toHaveLength(2);
  });

  test('prepare statements, and go on in a new one when they are lost', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url, { migrations });
    await server().query(url, countPrepared);
    const { create } = notesOf(engine);
    await create(note(), undefined);
    await create(note(), undefined);
    expect(await server().query(url, 'select count > 0 as used from prepared')).toEqual([
      { used: true },
      { used: true },
    ]);
    await server().query(url, 'update forget set now = true');
    await create(note(), undefined);
    await expect(create(note(), undefined)).rejects.toMatchObject({ code: 'unavailable' });
    await create(note(), undefined);
    expect(await server().query(url, 'select count from prepared offset 3')).toEqual([{ count: 0 }]);
    expect(await readLog(engine)).toHaveLength(4);
  });

  test('survive a migration that changes the result of a prepared statement', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url, { migrations });
    expect(await engine.eventsAfter(0, { maxEvents: 10, maxBytes: 10 })).toEqual([]);
    await server().query(url, 'alter table posted_event add column later text');
    const read = () => engine.eventsAfter(0, { maxEvents: 10, maxBytes: 10 });
    await expect(read()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await read()).toEqual([]);
  });

  test('wait for a free connection of a server that has too many', async () => {
    const url = await server().createDatabase();
    const { pathname } = new URL(url);
    await openEngine(url, { migrations });
    await server().query(
      url,
      `create role few login password 'x' connection limit 1; grant all on all tables in schema public to few;
       grant create on schema public to few; select '${pathname}'`,
    );
    const few = Object.assign(new URL(url), { username: 'few', password: 'x' }).href;
    const engine = await openEngine(few, { migrations });
    const holder = new Client({ connectionString: few });
    await holder.connect();
    const reading = engine.state([]);
    setTimeout(() => void holder.end(), 700);
    expect((await reading).headSeq).toBe(0);
  });

  test('append events in the transaction of a client of pg', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url, { migrations });
    const client = new Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('begin');
    const lost = await engine.appendIn(client, [draft]);
    await client.query('rollback');
    expect(lost.map(({ seq }) => seq)).toEqual([1]);
    await client.query('begin');
    const events = await engine.appendIn(client, [draft, { ...draft, also: ['bob'], entity: 'e' }]);
    await client.query('commit');
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await readLog(engine)).toEqual(events);
  });

  test('stop a read after 5 s', async () => {
    const engine = await openEngine(await server().createDatabase());
    const began = performance.now();
    await expect(sql`select pg_sleep(30)`.execute(engine.reads())).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(performance.now() - began).toBeLessThan(9000);
  });

  test('run one long read at a time, without parallel workers, beside the short ones', async () => {
    const engine = await openEngine(await server().createDatabase(), { migrations });
    const began = performance.now();
    const long = countTo(3).map(() =>
      sql<{ workers: string }>`
        select current_setting('max_parallel_workers_per_gather') as workers from pg_sleep(0.5)`.execute(
        engine.reads('long'),
      ),
    );
    await sql`select`.execute(engine.reads());
    expect(performance.now() - began).toBeLessThan(1500);
    const results = await Promise.all(long);
    expect(performance.now() - began).toBeGreaterThanOrEqual(1500);
    expect(results.flatMap(({ rows }) => rows)).toEqual(countTo(3).map(() => ({ workers: '0' })));
  });

  test('are not given to a read whose signal is aborted while it waits', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url, { migrations, maxConnections: { reads: 1 } });
    const printed = vi.spyOn(console, 'error');
    onTestFinished(() => printed.mockRestore());
    const slow = sql`select pg_sleep(1)`.execute(engine.reads());
    const leaving = new AbortController();
    const waiting = sql`select set_config('posted.x', 'never', false)`.execute(engine.reads(), {
      signal: leaving.signal,
    });
    const failed = waiting.catch((thrown: unknown) => thrown);
    // Until it waits for the connection.
    await wait(200);
    leaving.abort(new Error('the client has left'));
    expect(await failed).toMatchObject({ message: 'the client has left' });
    await slow;
    const { rows } = await sql`select coalesce(current_setting('posted.x', true), '') as x`.execute(
      engine.reads(),
    );
    expect(rows).toEqual([{ x: '' }]);
    expect(printed).not.toHaveBeenCalled();
  });

  describe.skipIf(noPgBouncer !== null)(`of a pooler ${noPgBouncer ?? ''}`, () => {
    test('serve all operations, and are given back with their own settings', async () => {
      const url = await server().createDatabase();
      const pooler = await startPgBouncer({ target: url, poolSize: 1 });
      const client = new Client({ connectionString: pooler.url });
      await client.connect();
      onTestFinished(() => client.end());
      const settings = `select current_setting('synchronous_commit') as a, current_setting('statement_timeout') as b,
        current_setting('lock_timeout') as c, current_setting('jit') as d`;
      const { rows: before } = await client.query(settings);
      const engine = await openEngine(pooler.url, { migrations });
      const { create } = notesOf(engine);
      await server().query(url, countPrepared);
      await Promise.all(countTo(50).map(() => create(note(), undefined)));
      await engine.transaction((transaction) => transaction.append([draft]));
      await engine.beginEpoch('none');
      expect(await readLog(engine)).toHaveLength(51);
      expect(await server().query(url, 'select sum(count)::integer as sum from prepared')).toEqual([
        { sum: 0 },
      ]);
      const { rows: after } = await client.query(settings);
      expect(after).toEqual(before);
    });
  });
});
