import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo, draft } from './database.ts';

const idempotencyKey = 'one intended post';

export function describeIdempotency(create: CreateDatabase): void {
  describe('an idempotency key', () => {
    it('returns the first id when it is used again, and appends nothing', async () => {
      const store = await (await create()).open();
      const first = draft({ idempotencyKey, text: 'first' });
      expect((await store.appendPost(first)).event?.seq).toBe(1);
      const retry = draft({ author: first.author, idempotencyKey, text: 'second' });
      expect(await store.appendPost(retry)).toEqual({ postId: first.postId, event: null });
      expect(await store.findPost(retry.postId)).toBeNull();
      expect(await store.findPost(first.postId)).toMatchObject({ text: 'first' });
      expect(await store.headSeq()).toBe(1);
    });

    it('appends once for concurrent calls', async () => {
      const store = await (await create()).open();
      const { author } = draft();
      const results = await Promise.all(
        countTo(50).map(() => store.appendPost(draft({ author, idempotencyKey }))),
      );
      const appended = results.filter(({ event }) => event !== null);
      expect(appended.length).toBe(1);
      expect(new Set(results.map(({ postId }) => postId)).size).toBe(1);
      expect(appended[0]?.event?.postId).toBe(appended[0]?.postId);
      expect(await store.headSeq()).toBe(1);
    });

    it('is scoped to its author', async () => {
      const store = await (await create()).open();
      const drafts = [draft({ idempotencyKey }), draft({ idempotencyKey })];
      const results = await Promise.all(drafts.map((each) => store.appendPost(each)));
      expect(results.map(({ postId }) => postId)).toEqual(drafts.map(({ postId }) => postId));
      expect(await store.headSeq()).toBe(2);
    });

    it('is compared exactly', async () => {
      const store = await (await create()).open();
      const { author } = draft();
      for (const key of ['key', 'Key', 'key.', 'k%', '0', '00']) {
        expect((await store.appendPost(draft({ author, idempotencyKey: key }))).event).not.toBeNull();
      }
    });

    it('is optional: without it, every append creates a post', async () => {
      const store = await (await create()).open();
      const { author } = draft();
      await Promise.all(countTo(3).map(() => store.appendPost(draft({ author }))));
      expect(await store.headSeq()).toBe(3);
    });

    it('returns the first id after its post was deleted, which stays deleted', async () => {
      const store = await (await create()).open();
      const first = draft({ idempotencyKey });
      const { postId, author } = first;
      await store.appendPost(first);
      await store.deletePost(postId, author);
      expect(await store.appendPost(first)).toEqual({ postId, event: null });
      expect(await store.appendPost(draft({ author, idempotencyKey }))).toEqual({ postId, event: null });
      expect(await store.findPost(postId)).toBeNull();
      expect(await store.eventsAfter(0, 10)).toMatchObject([{ seq: 1, text: null }]);
    });

    it('is still known when a retry runs concurrently with the deletion', async () => {
      const store = await (await create()).open();
      const first = draft({ idempotencyKey });
      const { postId, author } = first;
      const [, , retry] = await Promise.all([
        store.appendPost(first),
        store.deletePost(postId, author),
        store.appendPost(draft({ author, idempotencyKey })),
      ]);
      expect(retry).toEqual({ postId, event: null });
      expect(await store.headSeq()).toBe(1);
    });

    it('is not consumed by an append that fails', async () => {
      const store = await (await create()).open();
      const taken = draft();
      await store.appendPost(taken);
      const next = draft({ author: taken.author, idempotencyKey });
      const [failed, appended] = await Promise.allSettled([
        store.appendPost({ ...next, postId: taken.postId }),
        store.appendPost(next),
      ]);
      expect(failed.status).toBe('rejected');
      expect(appended).toMatchObject({ value: { postId: next.postId, event: { seq: 2 } } });
    });

    it('survives reopening', async () => {
      const database = await create();
      const first = draft({ idempotencyKey });
      const before = await database.open();
      await before.appendPost(first);
      await before.close();
      const store = await database.open();
      expect(await store.appendPost(first)).toEqual({ postId: first.postId, event: null });
    });
  });
}
