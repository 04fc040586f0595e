import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo, page, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

const insertNote =
  "insert into note (seq, id, author, text, created_at) values (1000, 'n', 'ada', 'text', 0)";
const draft = { channel: 'notes', message: 'note', topic: 'ada', payload: { text: 'ä' } };

export function describeTransactions(create: CreateDatabase): void {
  describe('a transaction', () => {
    it('runs statements and appends events', async () => {
      const engine = await (await create()).open();
      const events = await engine.transaction(async (transaction) => {
        await transaction.query(insertNote);
        expect(await transaction.query('select id, author from note')).toEqual([{ id: 'n', author: 'ada' }]);
        const first = await transaction.append([draft, { ...draft, also: ['bob'], entity: 'n' }]);
        return [...first, ...(await transaction.append([{ ...draft, payload: null }]))];
      });
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(events[1]).toMatchObject({
        kind: 'message',
        channel: 'notes',
        message: 'note',
        topic: 'ada',
        also: ['bob'],
        entity: 'n',
        payload: '{"text":"ä"}',
        revises: null,
      });
      expect(events[2]).toMatchObject({ entity: null, also: [], payload: 'null' });
      expect(new Set(events.map(({ mark }) => mark)).size).toBe(3);
      expect(await engine.eventsAfter(0, page)).toEqual(events);
      expect((await notesIn(engine)).map(({ id }) => id)).toEqual(['n']);
      expect((await engine.state([])).headSeq).toBe(3);
    });

    it('is rolled back if its work rejects', async () => {
      const engine = await (await create()).open();
      const failed = engine.transaction(async (transaction) => {
        await transaction.query(insertNote);
        await transaction.append([draft]);
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toMatchObject({ code: 'internal', cause: { message: 'changed my mind' } });
      expect(await notesIn(engine)).toEqual([]);
      expect(await readLog(engine)).toEqual([]);
      expect(await notesOf(engine).create(note(), undefined)).toMatchObject({ seq: 1 });
    });

    it('is rolled back if a statement fails', async () => {
      const engine = await (await create()).open();
      const failed = engine.transaction(async (transaction) => {
        await transaction.query(insertNote);
        await transaction.query(insertNote);
      });
      await expect(failed).rejects.toMatchObject({ code: 'internal' });
      expect(await notesIn(engine)).toEqual([]);
    });

    it('is rolled back if it takes too long, and holds nobody up after that', async () => {
      const engine = await (await create()).open({ transactionTimeoutMs: 300 });
      const { create: write } = notesOf(engine);
      const ended = Promise.withResolvers<unknown>();
      const begun = Promise.withResolvers<void>();
      const slow = engine.transaction(async (transaction) => {
        await transaction.append([draft]);
        begun.resolve();
        await wait(900);
        ended.resolve(await transaction.query(insertNote).catch((thrown: unknown) => thrown));
      });
      const failed = slow.catch((thrown: unknown) => thrown);
      await begun.promise;
      expect(await write(note(), undefined)).toMatchObject({ seq: 1 });
      expect(await failed).toMatchObject({ code: 'unavailable' });
      expect(await ended.promise).toBeInstanceOf(Error);
      expect((await notesIn(engine)).length).toBe(1);
    });

    it('keeps the log without gaps among concurrent writes and other transactions', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      await Promise.all(
        countTo(60).map(async (number) => {
          if (number % 6 > 0) return await write(note(), undefined);
          const appended = engine.transaction(async (transaction) => {
            const [event] = await transaction.append([draft, draft]);
            if (number % 12 > 0) throw new Error('no');
            return event;
          });
          return await appended.catch(() => null);
        }),
      );
      expect((await readLog(engine)).map(({ seq }) => seq)).toEqual(countTo(60));
    });
  });
}
