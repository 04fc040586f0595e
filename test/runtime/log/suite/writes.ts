import { describe, expect, it } from 'vitest';
import { registeredWrite } from '../../../../src/runtime/log/writes/registered-write.ts';
import { type CreateDatabase, countTo, page, payloadsOf, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

const texts: readonly string[] = [
  'The swallows are back.',
  "'); drop table note; --",
  `"'\`\\ \\u0041 %s $1 ? :x`,
  'a\r\n\tb\u0001\u007f\u2028 ',
  '🐦‍⬛ 𝒻𝓁𝓎 👩‍👩‍👧‍👦',
  'composed or not: \u00e9 e\u0301',
  '\u202bשלום مرحبا\u202c',
  // The boundaries of the Unicode planes.
  '\u0001\ud7ff\ue000\ufdd0\uffff\u{10000}\u{10ffff}',
  '\ufeffafter a byte order mark',
  '𝄞'.repeat(10_000),
];

export function describeWrites(create: CreateDatabase): void {
  describe('a registered write', () => {
    it('stores its row and its event, which it resolves with', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const row = note({ id: 'n', text: 'hello', tags: ['x', { y: null }] });
      const { event, ...outcome } = await write(row, undefined);
      expect(outcome).toEqual({ seq: 1, isWritten: true, returned: {}, first: null });
      expect(event).toEqual({
        seq: 1,
        mark: expect.any(Number),
        createdAtMs: expect.any(Number),
        kind: 'message',
        channel: 'notes',
        message: 'note',
        topic: 'ada',
        also: [],
        entity: 'n',
        payload: '{"id":"n","text":"hello","meta":{"tags":["x",{"y":null}]}}',
        revises: null,
      });
      expect(await engine.eventsAfter(0, page)).toEqual([event]);
      expect(await notesIn(engine)).toMatchObject([{ seq: 1, id: 'n', text: 'hello', likes: 0 }]);
      expect(JSON.parse((await notesIn(engine))[0]?.tags ?? '')).toEqual(row.tags);
    });

    it('appends to the room whose address is in a column, and revises only there', async () => {
      const engine = await (await create()).open();
      const row = { id: 'text', room: 'text', text: 'text' } as const;
      const event = {
        channel: 'chat',
        address: 'room',
        topic: 'id',
        entity: 'id',
        payload: { text: 'text' },
      } as const;
      const [say, correct] = [
        { name: 'say', row, one: ['id'], event: { ...event, message: 'said' } } as const,
        {
          name: 'correct',
          row,
          one: ['id'],
          event: { ...event, kind: 'revise', message: 'corrected', revises: 'said' },
        } as const,
      ].map((definition) => engine.register(registeredWrite(definition)));
      const said = await say?.({ id: 'm', room: "/rooms/ann's", text: 'before' }, undefined);
      await say?.({ id: 'm', room: '/rooms/bob', text: 'before' }, undefined);
      await correct?.({ id: 'm', room: "/rooms/ann's", text: 'after' }, undefined);
      const events = await readLog(engine);
      expect(events[0]).toEqual({ ...said?.event, payload: '{"text":"after"}' });
      expect(events).toMatchObject([
        { channel: "chat /rooms/ann's", payload: '{"text":"after"}' },
        { channel: 'chat /rooms/bob', payload: '{"text":"before"}' },
        { channel: "chat /rooms/ann's", message: 'corrected', payload: '{"text":"after"}' },
      ]);
    });

    it('preserves texts exactly', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      await Promise.all(texts.map((text) => write(note({ text, tags: [text] }), undefined)));
      const notes = await notesIn(engine);
      expect(notes.map(({ text }) => text)).toEqual(texts);
      expect(payloadsOf(await readLog(engine))).toMatchObject(
        texts.map((text) => ({ text, meta: { tags: [text] } })),
      );
    });

    it('stores nothing if a statement fails, without affecting the others', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const first = note();
      const outcomes = await Promise.allSettled(
        [first, note({ id: first.id }), note()].map((each) => write(each, undefined)),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(outcomes[1]).toMatchObject({ reason: { code: 'internal' } });
      expect((await readLog(engine)).length).toBe(2);
    });

    it('rejects a value that does not have the type of its column', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      for (const wrong of [{ text: 5 }, { text: null }, { text: undefined }, { id: {} }]) {
        await expect(write({ ...note(), ...wrong }, undefined)).rejects.toMatchObject({ code: 'internal' });
      }
      expect(await readLog(engine)).toEqual([]);
    });

    it('stores values of every type, and null where it is allowed', async () => {
      const engine = await (await create()).open();
      const run = engine.register(
        registeredWrite({
          name: 'everyType',
          row: {
            id: 'text',
            whole: 'integer?',
            real: 'number?',
            flag: 'boolean?',
            data: 'json?',
            words: 'text?',
          },
          one: ['id'],
          event: {
            channel: 'c',
            message: 'm',
            topic: 'id',
            payload: { id: 'id', whole: 'whole', real: 'real', flag: 'flag', data: 'data', words: 'words' },
          },
        }),
      );
      const rows = [
        { id: 'a', whole: 2 ** 53 - 1, real: 0.1, flag: true, data: { a: [1] }, words: 'w' },
        { id: 'b', whole: -5, real: 3, flag: false, data: 'text', words: '' },
        { id: 'c', whole: null, real: null, flag: null, data: null, words: null },
      ];
      await Promise.all(rows.map((row) => run(row, undefined)));
      expect(payloadsOf(await readLog(engine))).toEqual(rows);
    });

    it('does not write a row that does not meet its condition', async () => {
      const engine = await (await create()).open();
      const { like } = notesOf(engine);
      const row = { note_id: 'none', user_id: 'bob', readers: [] };
      expect(await like(row, undefined)).toEqual({
        seq: null,
        isWritten: false,
        returned: {},
        first: null,
        event: null,
      });
      expect(await engine.reads<LikeTable>().selectFrom('note_like').selectAll().execute()).toEqual([]);
    });

    it('does not write a row that its deciding statement did not change, whether or not that uses seq', async () => {
      const engine = await (await create()).open();
      const { createOnce, like } = notesOf(engine);
      expect(await createOnce(note({ id: 'n' }), undefined)).toMatchObject({
        seq: 1,
        returned: { note: { seq: 1 } },
      });
      expect(await createOnce(note({ id: 'n' }), undefined)).toMatchObject({ seq: null, isWritten: false });
      const row = { note_id: 'n', user_id: 'bob', readers: [] };
      expect(await like(row, undefined)).toMatchObject({ seq: 2, isWritten: true });
      expect(await like(row, undefined)).toMatchObject({ seq: null, isWritten: false, event: null });
      expect((await notesIn(engine))[0]?.likes).toBe(1);
      expect(await createOnce(note(), undefined)).toMatchObject({ seq: 3 });
    });

    it('numbers only the rows of a batch that were written', async () => {
      const engine = await (await create()).open();
      const { createOnce } = notesOf(engine);
      await createOnce(note({ id: 'note 3' }), undefined);
      const outcomes = await Promise.all(
        countTo(5).map((number) => createOnce(note({ id: `note ${number}` }), undefined)),
      );
      expect(outcomes.map(({ seq }) => seq)).toEqual([2, 3, null, 4, 5]);
    });

    it('puts what statements return into the payload and the outcome', async () => {
      const engine = await (await create()).open();
      const { create: write, like } = notesOf(engine);
      await write(note({ id: 'n' }), undefined);
      for (const [index, user] of ['bob', 'cy'].entries()) {
        const outcome = await like({ note_id: 'n', user_id: user, readers: ['ada', 'dan'] }, undefined);
        const likes = index + 1;
        expect(outcome.returned).toEqual({
          liked: { note_id: 'n', user_id: user },
          counted: { note_id: 'n', likes },
        });
        expect(outcome.event).toMatchObject({
          topic: user,
          also: ['ada', 'dan'],
          payload: JSON.stringify({ noteId: 'n', likes }),
        });
        expect((await engine.eventsAfter(likes, page))[0]).toEqual(outcome.event);
      }
    });

    it('may have no event', async () => {
      const engine = await (await create()).open();
      const { create: write, rename } = notesOf(engine);
      await write(note(), undefined);
      expect(await rename({ old_name: 'ada', new_name: 'bob' }, undefined)).toMatchObject({
        seq: null,
        isWritten: true,
        event: null,
      });
      expect((await notesIn(engine))[0]?.author).toBe('bob');
      expect((await readLog(engine)).length).toBe(1);
    });

    it('keeps its name: registering another under it throws', async () => {
      const engine = await (await create()).open();
      notesOf(engine);
      notesOf(engine);
      const other = registeredWrite({
        name: 'createNote',
        row: { id: 'text' },
        one: ['id'],
        event: { topic: 'id', payload: 'id' },
      });
      expect(() => engine.register(other)).toThrow('createNote');
    });
  });
}

interface LikeTable {
  note_like: { note_id: string; user_id: string };
}
