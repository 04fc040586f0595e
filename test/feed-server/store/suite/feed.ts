import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CreateDatabase, draft } from './database.ts';

export function describeFeed(create: CreateDatabase): void {
  describe('the feed of a user', () => {
    it('is empty without friends, and without posts of friends', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      await store.appendPost(draft({ author: user }));
      expect(await store.feedOf(user, 0, 10)).toEqual([]);
      await store.appendFriendSet(user, friend);
      expect(await store.feedOf(user, 0, 10)).toEqual([]);
    });

    it('returns every page of the friends’ posts, newest first', async () => {
      const store = await (await create()).open();
      const user = randomUUID();
      // One friend wrote most posts, one the newest, one the oldest, one none; two authors are not friends.
      const [most, newest, oldest, silent, stranger] = Array.from({ length: 5 }, () => randomUUID());
      for (const friend of [most, newest, oldest, silent]) await store.appendFriendSet(user, friend ?? '');
      const authors = [
        oldest,
        stranger,
        oldest,
        ...Array(9).fill(most),
        user,
        most,
        newest,
        stranger,
        newest,
      ];
      const drafts = authors.map((author) => draft({ author }));
      await Promise.all(drafts.map((each) => store.appendPost(each)));

      const expected = drafts
        .filter(({ author }) => author !== stranger && author !== user)
        .map(({ postId: id, author, text }) => ({ id, author, text }))
        .toReversed();
      for (const limit of [1, 2, 3, 5, 10, 100]) {
        for (let offset = 0; offset <= expected.length + 1; offset += 1) {
          expect(await store.feedOf(user, offset, limit)).toEqual(expected.slice(offset, offset + limit));
        }
      }
      expect(await store.feedOf(user, Number.MAX_SAFE_INTEGER, 1000)).toEqual([]);
    });

    it('is ordered by seq, not by creation time', async () => {
      const store = await (await create()).open();
      const [user, author] = [randomUUID(), randomUUID()];
      await store.appendFriendSet(user, author);
      for (const [text, createdAtMs] of [['first', 3000] as const, ['second', 1000] as const]) {
        await store.appendPost(draft({ author, text, createdAtMs }));
      }
      expect(await store.feedOf(user, 0, 10)).toMatchObject([{ text: 'second' }, { text: 'first' }]);
    });

    it('reflects friendships, updates and deletions', async () => {
      const store = await (await create()).open();
      const [user, kept, former] = [randomUUID(), randomUUID(), randomUUID()];
      const drafts = [kept, former, kept].map((author) => draft({ author }));
      for (const each of drafts) await store.appendPost(each);
      await store.appendFriendSet(user, kept);
      await store.appendFriendSet(user, former);
      expect((await store.feedOf(user, 0, 10)).length).toBe(3);
      await store.appendFriendDeleted(user, former);
      await store.updatePost(drafts[0]?.postId ?? '', kept, 'changed');
      await store.deletePost(drafts[2]?.postId ?? '', kept);
      expect(await store.feedOf(user, 0, 10)).toEqual([
        { id: drafts[0]?.postId, author: kept, text: 'changed' },
      ]);
    });
  });
}
