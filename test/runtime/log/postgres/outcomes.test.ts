import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { noPgBouncer, startPgBouncer } from '../../../support/pgbouncer.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { outcomes } from '../suite/availability.ts';
import { countTo, readLog } from '../suite/database.ts';
import { migrations, note, notesOf } from '../suite/notes-application.ts';
import { startCutProxy } from './cut-proxy.ts';
import { openEngine } from './open-engine.ts';

const draft = { channel: 'notes', message: 'note', topic: 'ada', payload: 1 };

describePostgres('a PostgreSQL server that is killed', (server) => {
  test('and restarted 3 times during writes loses no confirmed write and stores none twice', async () => {
    const url = await server().createDatabase();
    const engines = await Promise.all([openEngine(url, { migrations }), openEngine(url, { migrations })]);
    const creates = engines.map((engine) => notesOf(engine).create);
    const confirmed = new Map<string, string | null | undefined>();
    const workers = countTo(40).map(async (worker) => {
      const create = creates[worker % creates.length];
      for (const count of countTo(50)) {
        const text = `${worker} ${count}`;
        while (!confirmed.has(text)) {
          try {
            const row = note({ text });
            const outcome = await create?.(row, text);
            confirmed.set(text, outcome?.first?.entity ?? row.id);
          } catch (thrown) {
            if (PostedError.from(thrown).status !== 503) throw thrown;
            await wait(5);
          }
        }
      }
    });
    for (const round of countTo(3)) {
      await expect.poll(() => confirmed.size, { interval: 1 }).toBeGreaterThanOrEqual(round * 500);
      await server().kill();
      await server().start();
    }
    await Promise.all(workers);

    const [engine] = engines;
    const events = await readLog(engine);
    expect(events.map(({ seq }) => seq)).toEqual(countTo(events.length));
    const stored = events.map((event) =>
      'entity' in event ? [payloadText(event.payload), event.entity] : [],
    );
    expect(stored.length).toBe(2000);
    expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(confirmed));
  });

  test.each(['before the commit', 'after the commit'] as const)(
    '%s leaves the outcome unknown, and a retry with the key stores one event',
    async (point) => {
      const proxy = await startCutProxy(await server().createDatabase());
      const engine = await openEngine(proxy.url, { migrations });
      const { create } = notesOf(engine);
      const first = note();
      proxy.cutAt(point, () => server().kill());
      await expect(create(first, 'one intended note')).rejects.toMatchObject({
        code: 'outcome_unknown',
        message: expect.stringContaining('Idempotency-Key'),
        retryAfterMs: 1000,
      });
      await server().start();
      const isStored = point === 'after the commit';
      const retry = { ...first, id: 'retry' };
      const { seq, first: holder } = await create(retry, 'one intended note');
      expect(seq).toBe(isStored ? null : 1);
      expect(holder?.entity).toBe(isStored ? first.id : undefined);
      expect(await readLog(engine)).toHaveLength(1);
    },
  );

  test('before the commit of a transaction leaves its outcome unknown', async () => {
    const proxy = await startCutProxy(await server().createDatabase());
    const engine = await openEngine(proxy.url);
    proxy.cutAt('before the commit', async () => {});
    await expect(engine.transaction((transaction) => transaction.append([draft]))).rejects.toMatchObject({
      code: 'outcome_unknown',
    });
  });

  test('before a write is sent has done nothing', async () => {
    const engine = await openEngine(await server().createDatabase(), { migrations });
    await server().kill();
    await expect(notesOf(engine).create(note(), undefined)).rejects.toMatchObject({ code: 'unavailable' });
    await server().start();
  });

  test('makes every call fail, is logged once, and is used again after its restart', async () => {
    const url = await server().createDatabase();
    const logged: string[] = [];
    const log = (_: unknown, message: string): void => void logged.push(message);
    const engine = await openEngine(url, { migrations, log: { ...silentLog, info: log, warn: log } });
    await notesOf(engine).create(note(), undefined);
    logged.length = 0;
    await server().kill();
    for (const _ of countTo(2)) expect(new Set(await outcomes(engine))).toEqual(new Set(['unavailable']));
    await server().start();
    await expect.poll(async () => new Set(await outcomes(engine))).toEqual(new Set(['fulfilled']));
    expect(logged).toEqual(['the database cannot be reached', 'the database is reachable again']);
  });

  test('does not prevent an engine from closing', async () => {
    const engine = await openEngine(await server().createDatabase(), { migrations });
    await notesOf(engine).create(note(), undefined);
    await server().kill();
    await engine.close();
    expect(new Set(await outcomes(engine))).toEqual(new Set(['unavailable']));
    await server().start();
  });

  test.each(['before the commit', 'after the commit'] as const)(
    '%s of a migration has it retried',
    async (point) => {
      const proxy = await startCutProxy(await server().createDatabase());
      let cuts = 0;
      proxy.cutAt(point, async () => {
        cuts += 1;
      });
      const engine = await openEngine(proxy.url, { migrations });
      expect(cuts).toBe(1);
      expect(await notesOf(engine).create(note(), undefined)).toMatchObject({ seq: 1 });
    },
  );

  describe.skipIf(noPgBouncer !== null)(`behind a pooler ${noPgBouncer ?? ''}`, () => {
    test('leaves the outcome unknown too', async () => {
      const url = await server().createDatabase();
      const pooler = await startPgBouncer({ target: url });
      const engine = await openEngine(pooler.url, { migrations });
      const { create } = notesOf(engine);
      await create(note(), undefined);
      await server().query(
        url,
        'create function hang() returns trigger language plpgsql as $$ begin perform pg_sleep(3); return new; end $$',
      );
      await server().query(
        url,
        'create trigger hang before insert on note for each row execute function hang()',
      );
      const writing = create(note(), 'key').catch((thrown: unknown) => thrown);
      await wait(500);
      await server().kill();
      expect(await writing).toMatchObject({ code: 'outcome_unknown' });
      await server().start();
    });
  });
});

function payloadText(payload: string | null): string {
  return JSON.parse(payload ?? '{}').text;
}
