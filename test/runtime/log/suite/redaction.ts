import { describe, expect, it } from 'vitest';
import { type CreateDatabase, payloadsOf, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

export function describeRedaction(create: CreateDatabase): void {
  describe('a redaction', () => {
    it('removes the payloads of all earlier events of its entity, and of no others', async () => {
      const engine = await (await create()).open();
      const { create: write, like, edit, remove } = notesOf(engine);
      await write(note({ id: 'n', text: 'secret' }), undefined);
      await write(note({ id: 'other', text: 'kept' }), undefined);
      await like({ note_id: 'n', user_id: 'bob', readers: [] }, undefined);
      await edit({ id: 'n', author: 'ada', text: 'still secret' }, undefined);
      const { event } = await remove({ id: 'n', author: 'ada' }, undefined);
      expect(event).toMatchObject({ seq: 5, kind: 'redact', channel: null, message: null, entity: 'n' });
      const events = await readLog(engine);
      expect(payloadsOf(events)).toEqual([null, expect.objectContaining({ id: 'other' }), null, null, null]);
      expect(events.at(-1)).toEqual(event);
      expect((await notesIn(engine)).map(({ id }) => id)).toEqual(['other']);
    });

    it('does not happen if its statement changes nothing', async () => {
      const engine = await (await create()).open();
      const { create: write, remove } = notesOf(engine);
      await write(note({ id: 'n' }), undefined);
      expect(await remove({ id: 'n', author: 'bob' }, undefined)).toMatchObject({ isWritten: false });
      expect(payloadsOf(await readLog(engine))).toMatchObject([{ id: 'n' }]);
    });

    it('leaves later events of the same entity alone', async () => {
      const engine = await (await create()).open();
      const { create: write, remove } = notesOf(engine);
      await write(note({ id: 'n', text: 'first' }), undefined);
      await remove({ id: 'n', author: 'ada' }, undefined);
      await write(note({ id: 'n', text: 'second' }), undefined);
      expect(payloadsOf(await readLog(engine))).toMatchObject([null, null, { text: 'second' }]);
    });
  });

  describe('a revision', () => {
    it('gives its payload to the event that it revises, and keeps it itself', async () => {
      const engine = await (await create()).open();
      const { create: write, like, edit } = notesOf(engine);
      await write(note({ id: 'n', text: 'before' }), undefined);
      await write(note({ id: 'other' }), undefined);
      await like({ note_id: 'n', user_id: 'bob', readers: [] }, undefined);
      const { event } = await edit({ id: 'n', author: 'ada', text: 'after' }, undefined);
      expect(event).toMatchObject({ kind: 'revise', message: 'edited', revises: 'note', entity: 'n' });
      const events = await readLog(engine);
      expect(payloadsOf(events)).toEqual([
        { id: 'n', text: 'after' },
        expect.objectContaining({ id: 'other', text: 'a text' }),
        { noteId: 'n', likes: 1 },
        { id: 'n', text: 'after' },
      ]);
      expect(events.at(-1)).toEqual(event);
    });

    it('leaves events of other channels alone, unlike a redaction', async () => {
      const engine = await (await create()).open();
      const { create: write, edit, remove } = notesOf(engine);
      await write(note({ id: 'n', text: 'before' }), undefined);
      const copy = {
        channel: 'archive',
        message: 'note',
        topic: 'ada',
        entity: 'n',
        payload: { text: 'copy' },
      };
      await engine.transaction(async (transaction) => await transaction.append([copy]));
      await edit({ id: 'n', author: 'ada', text: 'after' }, undefined);
      const after = { id: 'n', text: 'after' };
      expect(payloadsOf(await readLog(engine))).toEqual([after, { text: 'copy' }, after]);
      await remove({ id: 'n', author: 'ada' }, undefined);
      expect(payloadsOf(await readLog(engine))).toEqual([null, null, null, null]);
    });

    it('does not restore what was redacted', async () => {
      const engine = await (await create()).open();
      const { create: write, edit, remove } = notesOf(engine);
      await write(note({ id: 'n', text: 'first' }), undefined);
      await remove({ id: 'n', author: 'ada' }, undefined);
      await write(note({ id: 'n', text: 'second' }), undefined);
      await edit({ id: 'n', author: 'ada', text: 'third' }, undefined);
      expect(payloadsOf(await readLog(engine))).toMatchObject([
        null,
        null,
        { text: 'third' },
        { text: 'third' },
      ]);
    });
  });
}
