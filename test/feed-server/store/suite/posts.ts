import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type OpenFeedStore, type PostRow, post, readLog } from './feed-store.ts';

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

const payloadOf = ({ id, author, text }: PostRow) => ({ postId: id, postText: text, author_user_id: author });

export function describePosts(open: OpenFeedStore): void {
  describe('a post', () => {
    it('is stored with its message', async () => {
      const store = await open();
      const posted = post({ text: 'hello' });
      expect(await store.writes.createPost(posted)).toMatchObject({ seq: 1, isWritten: true });
      expect(await store.queries.findPost(posted.id)).toEqual(posted);
      expect(await readLog(store)).toEqual([['message', payloadOf(posted)]]);
    });

    it('keeps its text exactly, after updates too', async () => {
      const store = await open();
      for (const text of texts) {
        const posted = post({ text });
        await store.writes.createPost(posted);
        expect(await store.queries.findPost(posted.id)).toEqual(posted);
        const updated = { ...posted, text: `${text}!` };
        await store.writes.updatePost(updated);
        expect(await store.queries.findPost(posted.id)).toEqual(updated);
        expect((await readLog(store)).slice(-2)).toEqual([
          ['message', payloadOf(updated)],
          ['revise', payloadOf(updated)],
        ]);
      }
    });

    it('that does not exist is null', async () => {
      expect(await (await open()).queries.findPost(randomUUID())).toBeNull();
    });

    it('is refused if its id is taken, and the first one stays', async () => {
      const store = await open();
      const first = post({ text: 'first' });
      await store.writes.createPost(first);
      await expect(store.writes.createPost(post({ id: first.id }))).rejects.toMatchObject({
        code: 'internal',
      });
      expect(await store.queries.findPost(first.id)).toEqual(first);
      expect(await readLog(store)).toHaveLength(1);
    });

    it('can be updated by its author only, and its message has the current text', async () => {
      const store = await open();
      const posted = post({ text: 'before' });
      const { id, author } = posted;
      await store.writes.createPost(posted);
      const refused = [
        { id, author: randomUUID(), text: 'stolen' },
        { id: randomUUID(), author, text: 'nothing' },
      ];
      for (const each of refused) {
        expect(await store.writes.updatePost(each)).toMatchObject({ isWritten: false, seq: null });
      }
      expect(await store.queries.findPost(id)).toEqual(posted);
      const updated = { id, author, text: 'after' };
      expect(await store.writes.updatePost(updated)).toMatchObject({ isWritten: true, seq: 2 });
      expect(await store.queries.findPost(id)).toEqual(updated);
      expect(await readLog(store)).toEqual([
        ['message', payloadOf(updated)],
        ['revise', payloadOf(updated)],
      ]);
    });

    it('can be deleted by its author only, and nothing in the log keeps its text', async () => {
      const store = await open();
      const [posted, other] = [post(), post()];
      const { id, author } = posted;
      await store.writes.createPost(posted);
      await store.writes.updatePost({ ...posted, text: 'changed' });
      await store.writes.createPost(other);
      for (const each of [
        { id, author: randomUUID() },
        { id: randomUUID(), author },
      ]) {
        expect(await store.writes.deletePost(each)).toMatchObject({ isWritten: false, seq: null });
      }
      expect(await store.queries.findPost(id)).not.toBeNull();
      expect(await store.writes.deletePost({ id, author })).toMatchObject({ isWritten: true, seq: 4 });
      expect(await store.queries.findPost(id)).toBeNull();
      expect(await readLog(store)).toEqual([
        ['message', null],
        ['revise', null],
        ['message', payloadOf(other)],
        ['redact', { postId: id, author_user_id: author }],
      ]);
      expect(await store.writes.deletePost({ id, author })).toMatchObject({ isWritten: false });
      expect(await store.writes.updatePost({ id, author, text: 'again' })).toMatchObject({
        isWritten: false,
      });
    });

    it('is created once with a key, and the key outlives it', async () => {
      const store = await open();
      const first = post();
      await store.writes.createPost(first, { key: 'k' });
      const retry = { ...first, id: randomUUID() };
      expect(await store.writes.createPost(retry, { key: 'k' })).toMatchObject({
        isWritten: false,
        first: { seq: 1, entity: first.id },
      });
      await store.writes.deletePost(first);
      expect(await store.writes.createPost(retry, { key: 'k' })).toMatchObject({ isWritten: false });
      await expect(store.writes.createPost({ ...retry, text: 'other' }, { key: 'k' })).rejects.toMatchObject({
        code: 'idempotency_key_reused',
      });
      expect(await store.writes.createPost(post({ text: 'other' }), { key: 'k' })).toMatchObject({
        isWritten: true,
      });
    });
  });
}
