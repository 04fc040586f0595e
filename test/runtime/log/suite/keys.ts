import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

const key = 'one intended note';

export function describeKeys(create: CreateDatabase): void {
  describe('an idempotency key', () => {
    it('resolves with what its first use has written, and writes nothing', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      expect(await write(note({ id: 'first' }), key)).toMatchObject({ seq: 1, isWritten: true, first: null });
      expect(await write(note({ id: 'retry' }), key)).toEqual({
        seq: null,
        isWritten: false,
        returned: {},
        first: { seq: 1, entity: 'first' },
        event: null,
      });
      expect((await notesIn(engine)).map(({ id }) => id)).toEqual(['first']);
      expect((await readLog(engine)).length).toBe(1);
    });

    it('is refused with another body', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      await write(note(), key);
      for (const other of [note({ text: 'other' }), note({ tags: ['x'] })]) {
        await expect(write(other, key)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      }
      expect((await readLog(engine)).length).toBe(1);
    });

    it('writes once for concurrent calls', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const outcomes = await Promise.all(countTo(50).map(() => write(note(), key)));
      const written = outcomes.filter(({ isWritten }) => isWritten);
      expect(written.length).toBe(1);
      const [{ event } = { event: null }] = written;
      const first = { seq: 1, entity: event !== null && 'entity' in event ? event.entity : null };
      const others = outcomes.filter(({ isWritten }) => !isWritten);
      for (const outcome of others) expect(outcome.first).toEqual(first);
      expect((await readLog(engine)).length).toBe(1);
    });

    it('is scoped to its user, and compared exactly', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const uses = ['key', 'Key', 'key.', 'k%', '0', '00'].flatMap((each) =>
        ['ada', 'bob'].map((author) => write(note({ author }), each)),
      );
      const outcomes = await Promise.all(uses);
      expect(outcomes.every(({ isWritten }) => isWritten)).toBe(true);
    });

    it('is not used up by a write that failed', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const taken = note({ author: 'bob' });
      await write(taken, undefined);
      await expect(write(note({ id: taken.id }), key)).rejects.toMatchObject({ code: 'internal' });
      expect(await write(note(), key)).toMatchObject({ isWritten: true });
    });

    it('is known after what it wrote is gone, and after the database was reopened', async () => {
      const database = await create();
      const before = await database.open();
      const { create: write, remove } = notesOf(before);
      await write(note({ id: 'first' }), key);
      await remove({ id: 'first', author: 'ada' }, undefined);
      await before.close();
      const engine = await database.open();
      expect(await notesOf(engine).create(note(), key)).toMatchObject({
        isWritten: false,
        first: { seq: 1, entity: 'first' },
      });
    });

    it('is forgotten when its user has too many newer ones', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      for (const each of ['a', 'b', 'c']) await write(note(), each);
      await write(note({ author: 'bob' }), 'a');
      await engine.trimKeys('ada', 3);
      expect(await write(note(), 'a')).toMatchObject({ isWritten: false });
      await engine.trimKeys('ada', 2);
      expect(await write(note(), 'b')).toMatchObject({ isWritten: false });
      expect(await write(note(), 'a')).toMatchObject({ isWritten: true });
      expect(await write(note({ author: 'bob' }), 'a')).toMatchObject({ isWritten: false });
    });

    it('of a publisher is forgotten with its event, or when there are too many newer ones', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      for (const each of ['a', 'b']) await write(note(), each);
      await write(note({ author: 'bob' }), 'a');
      await engine.trimPublisherKeys('ada', 2);
      expect(await write(note(), 'a')).toMatchObject({ isWritten: false });
      await expect.poll(() => engine.prune(0)).toBe(3);
      await engine.trimPublisherKeys('ada', 2);
      for (const each of ['b', 'a', 'c'])
        expect(await write(note(), each)).toMatchObject({ isWritten: true });
      expect(await write(note({ author: 'bob' }), 'a')).toMatchObject({ isWritten: false });
      await engine.trimPublisherKeys('ada', 2);
      expect(await write(note(), 'a')).toMatchObject({ isWritten: false });
      expect(await write(note(), 'b')).toMatchObject({ isWritten: true });
    });

    it('without a hash, as in the first version, gives the first result for any body', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      await write(note({ id: 'first' }), key);
      await engine.transaction((transaction) => transaction.query('update posted_key set hash = null'));
      expect(await write(note({ text: 'other' }), key)).toMatchObject({ first: { seq: 1, entity: 'first' } });
    });
  });
}
