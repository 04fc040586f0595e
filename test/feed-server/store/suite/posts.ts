import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CreateDatabase, draft } from './database.ts';

const texts: readonly string[] = [
  'The swallows are back.',
  "'); drop table post; --",
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

export function describePosts(create: CreateDatabase): void {
  describe('a post', () => {
    it('is stored with its event', async () => {
      const store = await (await create()).open();
      const posted = draft({ text: 'hello' });
      const { postId, author, text, createdAtMs } = posted;
      const event = { kind: 'post', seq: 1, createdAtMs, author, postId, text };
      expect(await store.appendPost(posted)).toEqual({ postId, event });
      expect(await store.findPost(postId)).toEqual({ id: postId, author, text });
      expect(await store.eventsAfter(0, 10)).toEqual([event]);
    });

    it('preserves its text exactly, after updates too', async () => {
      const store = await (await create()).open();
      for (const [index, text] of texts.entries()) {
        const posted = draft({ text });
        await store.appendPost(posted);
        expect(await store.findPost(posted.postId)).toMatchObject({ text });
        await store.updatePost(posted.postId, posted.author, `${text}!`);
        expect(await store.eventsAfter(index, 1)).toMatchObject([{ text: `${text}!` }]);
      }
    });

    it('that does not exist is null', async () => {
      const store = await (await create()).open();
      expect(await store.findPost(randomUUID())).toBeNull();
    });

    it('is refused if its id is taken, and the first one stays', async () => {
      const store = await (await create()).open();
      const first = draft({ text: 'first' });
      await store.appendPost(first);
      await expect(store.appendPost(draft({ postId: first.postId }))).rejects.toMatchObject({
        code: 'internal',
      });
      expect(await store.findPost(first.postId)).toMatchObject({ author: first.author, text: 'first' });
      expect(await store.headSeq()).toBe(1);
    });

    it('can be updated by its author only, and its event has the current text', async () => {
      const store = await (await create()).open();
      const posted = draft({ text: 'before' });
      await store.appendPost(posted);
      expect(await store.updatePost(posted.postId, randomUUID(), 'stolen')).toBe(false);
      expect(await store.updatePost(randomUUID(), posted.author, 'nothing')).toBe(false);
      expect(await store.findPost(posted.postId)).toMatchObject({ text: 'before' });
      expect(await store.updatePost(posted.postId, posted.author, 'after')).toBe(true);
      expect(await store.findPost(posted.postId)).toMatchObject({ text: 'after' });
      expect(await store.eventsAfter(0, 10)).toMatchObject([{ seq: 1, text: 'after' }]);
    });

    it('can be deleted by its author only, and its event stays without text', async () => {
      const store = await (await create()).open();
      const posted = draft();
      const { postId, author } = posted;
      await store.appendPost(posted);
      await store.appendPost(draft({ author }));
      expect(await store.deletePost(postId, randomUUID())).toBe(false);
      expect(await store.deletePost(randomUUID(), author)).toBe(false);
      expect(await store.findPost(postId)).not.toBeNull();
      expect(await store.deletePost(postId, author)).toBe(true);
      expect(await store.findPost(postId)).toBeNull();
      expect(await store.eventsAfter(0, 10)).toMatchObject([
        { seq: 1, postId, author, text: null },
        { seq: 2, text: 'a text' },
      ]);
      expect(await store.deletePost(postId, author)).toBe(false);
      expect(await store.updatePost(postId, author, 'again')).toBe(false);
    });

    it('that reuses the id of a deleted one does not restore the text of the old event', async () => {
      const store = await (await create()).open();
      const first = draft({ text: 'deleted' });
      await store.appendPost(first);
      await store.deletePost(first.postId, first.author);
      await store.appendPost({ ...first, text: 'another' });
      expect(await store.eventsAfter(0, 10)).toMatchObject([{ text: null }, { text: 'another' }]);
    });
  });
}
