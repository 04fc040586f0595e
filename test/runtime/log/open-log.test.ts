import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redis } from '../../../scripts/dev/services/redis.ts';
import { isMessage, type KnownEvent } from '../../../src/runtime/log/event.ts';
import { type OpenLog, type OpenLogOptions, openLog } from '../../../src/runtime/log/open-log.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';
import { describeEngine } from '../../support/engines/describe-engine.ts';
import { describePostgres } from '../../support/postgres.ts';

type Database = OpenLogOptions['database'];

const draft = { channel: 'news', message: 'article', topic: 'ann' };

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A node that follows the log, and what it has applied. */
async function startNode(database: Database, options: Partial<OpenLogOptions> = {}) {
  const log = await openLog({ database, retentionMs: 3_600_000, log: silentLog, ...options });
  onTestFinished(() => log.close());
  const applied: KnownEvent[] = [];
  log.tail.follow({
    apply: (event) => void applied.push(event),
    beforeSkip: async () => {},
    skipped() {},
    stopped() {},
    gaveUp() {},
  });
  return { log, applied };
}

async function dependenciesOf({ dependencies }: OpenLog): Promise<Readonly<Record<string, boolean>>> {
  const states = Object.entries(dependencies).map(
    async ([name, dependency]) =>
      [name, await Promise.resolve(dependency.isUp()).catch(() => false)] as const,
  );
  return Object.fromEntries(await Promise.all(states));
}

/** Appends an event of a kind that only a later version knows. `requires` is SQL. */
async function appendUnknown(log: OpenLog, kind: string, requires: string): Promise<void> {
  await log.transaction(async (transaction) => {
    await transaction.query('update posted_head set seq = seq + 1');
    await transaction.query(`
      insert into posted_event (seq, mark, kind, topic, requires, created_at)
      select seq, 7, '${kind}', 'ann', ${requires}, 0 from posted_head`);
  });
}

/** What every database does. */
function itIsALog(makeDatabase: () => Promise<Database>): void {
  it('applies events to every listener, each from when it begins to follow', async () => {
    const { log, applied } = await startNode(await makeDatabase());
    await log.append([{ ...draft, payload: 1 }]);
    const others: number[] = [];
    log.tail.follow({
      apply: ({ seq }) => void others.push(seq),
      beforeSkip: async () => {},
      skipped() {},
      stopped() {},
      gaveUp() {},
    });
    await log.append([{ ...draft, payload: 2 }]);
    expect([applied.map(({ seq }) => seq), others]).toEqual([[1, 2], [2]]);
  });

  it('applies what it has written by the time the write resolves', async () => {
    const { log, applied } = await startNode(await makeDatabase());
    const [event] = await log.append([{ ...draft, also: ['bob'], entity: 'a', payload: { text: 'é' } }]);
    expect(applied).toEqual([event]);
    expect(await log.engine.eventsAfter(0, { maxEvents: 9, maxBytes: 1000 })).toEqual([event]);
  });

  it('appends several events in one transaction, and with other statements', async () => {
    const { log, applied } = await startNode(await makeDatabase());
    await log.append([1, 2].map((payload) => ({ ...draft, payload })));
    await log.transaction(async (transaction) => {
      await transaction.query('select 1');
      await transaction.append([{ ...draft, payload: 3 }]);
    });
    await expect(
      log.transaction(async (transaction) => {
        await transaction.append([{ ...draft, payload: 4 }]);
        throw new Error('roll back');
      }),
    ).rejects.toThrow('Internal error');
    await log.append([{ ...draft, payload: 5 }]);
    expect(applied.map((event) => [event.seq, isMessage(event) ? event.payload : null])).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '3'],
      [4, '5'],
    ]);
  });

  it('refuses a log with an event that it must know and does not, and names the version that does', async () => {
    const database = await makeDatabase();
    const { log } = await startNode(database);
    await log.join('bob', 'ann');
    await appendUnknown(log, 'like', 'null');
    await log.close();
    const { log: reopened } = await startNode(database);
    expect(reopened.tail.position.seq).toBe(2);
    await appendUnknown(reopened, 'merge', `'98.7.6'`);
    await reopened.close();
    await expect(startNode(database)).rejects.toThrow(
      'its log has an event (3, "merge") that only version 98.7.6 of Posted or a later one knows',
    );
  });

  it('joins and leaves topics, and says whether that has changed anything', async () => {
    const { log, applied } = await startNode(await makeDatabase());
    expect(await log.join('bob', 'ann')).toBe(true);
    expect(await log.join('bob', 'ann')).toBe(false);
    expect(await log.topicsOf('bob')).toEqual({ topics: ['ann'], sinceSeqs: [1] });
    expect(await log.leave('bob', 'ann')).toBe(true);
    expect(await log.leave('bob', 'ann')).toBe(false);
    expect(applied.map(({ kind }) => kind)).toEqual(['join', 'leave']);
  });

  it('appends an event once per idempotency key, and refuses another event with it', async () => {
    const { log, applied } = await startNode(await makeDatabase());
    const key = { user: 'billing', key: '1' };
    const event = { ...draft, payload: { text: 'once' } };
    expect(await log.appendOnce(event, key)).toBe(1);
    expect(await log.appendOnce(event, key)).toBe(1);
    expect(await log.appendOnce(event, { user: 'shipping', key: '1' })).toBe(2);
    await expect(log.appendOnce({ ...event, payload: {} }, key)).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(applied).toHaveLength(2);
  });

  it('revises and redacts what it has stored, in memory and in the log', async () => {
    const { log } = await startNode(await makeDatabase());
    await log.append([{ ...draft, entity: 'a', payload: 'first' }]);
    await log.revise('a', { ...draft, message: 'correction', revises: 'article', payload: 'second' });
    const payloads = async () => {
      const stored = await log.engine.eventsAfter(0, { maxEvents: 9, maxBytes: 1000 });
      const recent = [...(log.tail.recent.after(0) ?? [])];
      expect(recent).toEqual(stored);
      return stored.map((event) => (isMessage(event) ? event.payload : null));
    };
    expect(await payloads()).toEqual(['"second"', '"second"']);
    await log.redact('a', { ...draft, message: 'deletion', payload: 'gone' });
    expect(await payloads()).toEqual([null, null, '"gone"']);
  });

  it('runs registered writes with the tables of migrations', async () => {
    const { log, applied } = await startNode(await makeDatabase(), {
      migrations: ({ text }) => ({
        '0001-notes': {
          up: ({ schema }) => schema.createTable('note').addColumn('id', text).execute(),
        },
      }),
    });
    const addNote = log.write({
      name: 'addNote',
      row: { id: 'text', author: 'text' },
      one: ['id'],
      statements: { added: 'insert into note (id) select id from item' },
      event: { channel: 'notes', message: 'note', topic: 'author', entity: 'id', payload: { id: 'id' } },
    });
    expect(await addNote({ id: 'n1', author: 'ann' })).toMatchObject({ seq: 1, isWritten: true });
    expect(applied).toMatchObject([{ topic: 'ann', entity: 'n1', payload: '{"id":"n1"}' }]);
    const notes = await log.reads<{ note: { id: string } }>().selectFrom('note').selectAll().execute();
    expect(notes).toEqual([{ id: 'n1' }]);
  });

  it('prunes events that are older than the retention', async () => {
    const { log } = await startNode(await makeDatabase(), { retentionMs: 20 });
    await log.append([{ ...draft, payload: 1 }]);
    await expect.poll(async () => (await log.engine.state([])).floorSeq).toBe(1);
  });

  it('is up, and applies nothing more once it is closed', async () => {
    const { log, applied } = await startNode(await makeDatabase());
    expect(await dependenciesOf(log)).toEqual({ store: true, log: true });
    await log.close();
    await expect(log.append([{ ...draft, payload: 1 }])).rejects.toMatchObject({ code: 'unavailable' });
    expect(applied).toEqual([]);
  });
}

describe('an open log on SQLite', () => {
  itIsALog(async () => ({ folder: await makeFolder() }));

  it('names the setting to check if it cannot be opened', async () => {
    const folder = await makeFolder();
    await startNode({ folder });
    const again = startNode({ folder }, { settingNames: { folder: 'DATA_DIR' } });
    await expect(again).rejects.toThrow(/^DATA_DIR: .*posted\.sqlite/);
  });

  it('names the setting of a broker that it does not know', async () => {
    const starting = startNode({ folder: await makeFolder() }, { brokerUrl: 'http://localhost' });
    await expect(starting).rejects.toThrow(/^brokerUrl: /);
  });
});

describePostgres('an open log on PostgreSQL', (server) => {
  itIsALog(async () => ({ url: await server().createDatabase() }));

  it('applies what another node has written', async () => {
    const url = await server().createDatabase();
    const [here, there] = await Promise.all([startNode({ url }), startNode({ url })]);
    const [event] = await here.log.append([{ ...draft, payload: 1 }]);
    await expect.poll(() => there.applied).toEqual([event]);
    await there.log.join('bob', 'ann');
    await expect.poll(() => here.applied).toHaveLength(2);
  });

  it('applies at once what other programs append from SQL', async () => {
    const url = await server().createDatabase();
    const { applied } = await startNode({ url });
    const startedMs = performance.now();
    for (let seq = 1; seq <= 6; seq += 1) {
      await server().query(url, `select posted_append('news', 'article', 'ann', '${seq}')`);
      await expect.poll(() => applied.at(-1)).toMatchObject({ seq, topic: 'ann', payload: String(seq) });
    }
    // Polling alone, once a second, would take five seconds at least.
    expect(performance.now() - startedMs).toBeLessThan(3500);
  });

  it('is down while the database is, and up again afterwards', async () => {
    const { log } = await startNode({ url: await server().createDatabase() }, { staleAfterMs: 1500 });
    await server().kill();
    await expect.poll(() => dependenciesOf(log), { timeout: 10_000 }).toEqual({ store: false, log: false });
    await server().start();
    await expect.poll(() => dependenciesOf(log), { timeout: 10_000 }).toEqual({ store: true, log: true });
  });

  it('resets its listener after a failover to a replica that lacks events it has applied', async () => {
    const primaryUrl = await server().createDatabase();
    const { log, applied } = await startNode({ url: primaryUrl });
    await log.append([{ ...draft, payload: 1 }]);
    await log.append([{ ...draft, payload: 2 }]);
    const { epoch, position } = log.tail;
    // What a replica without the second event has after its promotion.
    await server().query(
      primaryUrl,
      'delete from posted_event where seq = 2; update posted_head set seq = 1',
    );
    await expect.poll(() => log.tail.epoch, { timeout: 5000 }).not.toBe(epoch);
    expect(position.seq).toBe(2);
    expect(log.tail.position.seq).toBe(1);
    const [event] = await log.append([{ ...draft, payload: 3 }]);
    expect(applied.at(-1)).toEqual(event);
  });
});

describePostgres('nodes on PostgreSQL with a broker', (server) => {
  describeEngine(redis, 'on Redis', (broker) => {
    it('send each other their events, and report whether the broker is up', async () => {
      await broker().ensureRunning();
      const options = { brokerUrl: broker().url };
      const url = await server().createDatabase();
      const [here, there] = await Promise.all([startNode({ url }, options), startNode({ url }, options)]);
      await expect.poll(() => [here.log.broker, there.log.broker], { timeout: 10_000 }).toEqual(['up', 'up']);
      const [event] = await here.log.append([{ ...draft, payload: 1 }]);
      await expect.poll(() => there.applied).toEqual([event]);
      expect(await dependenciesOf(here.log)).toEqual({ store: true, log: true, broker: true });
    });
  });
});
