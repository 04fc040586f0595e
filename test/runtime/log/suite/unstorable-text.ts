import { describe, expect, it } from 'vitest';
import { type CreateDatabase, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

export function describeUnstorableText(create: CreateDatabase): void {
  describe('U+0000', () => {
    it('is stored in JSON', async () => {
      const engine = await (await create()).open();
      const tags = ['a\0b', { '\0': '\0' }];
      await notesOf(engine).create(note({ id: 'n', tags }), undefined);
      expect((await notesIn(engine))[0]?.tags).toBe(JSON.stringify(tags));
      const [draft] = await engine.transaction((transaction) =>
        transaction.append([{ channel: 'c', message: 'm', topic: 't', also: ['a\0b'], payload: 'a\0b' }]),
      );
      expect(draft).toMatchObject({ also: ['a\0b'], payload: '"a\\u0000b"' });
      const [created, appended] = await readLog(engine);
      expect(created).toMatchObject({
        payload: expect.stringContaining('"a\\u0000b",{"\\u0000":"\\u0000"}'),
      });
      expect(appended).toEqual(draft);
    });

    it('is refused in text', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const message = { channel: 'c', message: 'm', topic: 't', payload: 1 };
      const refused = await Promise.allSettled([
        write(note({ text: 'a\0b' }), undefined),
        write(note(), 'a\0b'),
        engine.transaction((transaction) => transaction.append([{ ...message, topic: 'a\0b' }])),
        engine.transaction((transaction) => transaction.append([{ ...message, entity: 'a\0b' }])),
      ]);
      expect(refused.map((result) => result.status === 'rejected' && result.reason)).toMatchObject(
        ['text', 'key', 'topic', 'entity'].map((name) => ({
          code: 'invalid_request',
          message: `\`${name}\` must not contain U+0000`,
        })),
      );
      expect(await readLog(engine)).toEqual([]);
    });
  });
}
