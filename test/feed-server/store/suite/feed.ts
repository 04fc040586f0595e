import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type {
  FeedPage,
  FeedPosition,
  FeedPost,
  FeedRange,
  PostRecord,
} from '../../../../src/feed-server/store/feed-page.ts';
import { countTo, type FeedStore, feed, type OpenFeedStore, type PostRow, post } from './feed-store.ts';

function withoutSeq({ id, author, text }: FeedPost): PostRecord {
  return { id, author, text };
}

/** All posts, read page by page, and the number of pages. */
async function readPages(store: FeedStore, user: string, parts: Partial<FeedRange>) {
  const posts: FeedPost[] = [];
  let pages = 0;
  for (let position: FeedPosition | null = { belowSeq: null, offset: 0 }; position !== null; pages += 1) {
    const page: FeedPage = await feed(store, user, { ...parts, ...position });
    posts.push(...page.posts);
    position = page.next;
  }
  return { texts: posts.map(({ text }) => text), pages };
}

/** Appends the posts in this order. */
async function append(store: FeedStore, posts: readonly Partial<PostRow>[]): Promise<void> {
  await Promise.all(posts.map((each) => store.writes.createPost(post(each))));
}

export function describeFeed(open: OpenFeedStore): void {
  describe('the feed of a user', () => {
    it('is empty without friends, and without posts of friends', async () => {
      const store = await open();
      const [user, friend] = [randomUUID(), randomUUID()];
      await store.writes.createPost(post({ author: user }));
      expect(await feed(store, user)).toMatchObject({ posts: [], next: null });
      await store.log.join(user, friend);
      expect(await feed(store, user)).toMatchObject({ posts: [], next: null });
    });

    it('returns every page of the friends’ posts, newest first', async () => {
      const store = await open();
      const user = randomUUID();
      // One friend wrote most posts, one the newest, one the oldest, one none; two authors are not friends.
      const [most, newest, oldest, silent, stranger] = Array.from({ length: 5 }, () => randomUUID());
      for (const friend of [most, newest, oldest, silent]) await store.log.join(user, friend ?? '');
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
      const drafts = authors.map((author) => post({ author }));
      await Promise.all(drafts.map((each) => store.writes.createPost(each)));

      const expected = drafts.filter(({ author }) => author !== stranger && author !== user).toReversed();
      for (const limit of [1, 2, 3, 5, 10, 100]) {
        for (let offset = 0; offset <= expected.length + 1; offset += 1) {
          const { posts } = await feed(store, user, { offset, limit });
          expect(posts.map(withoutSeq)).toEqual(expected.slice(offset, offset + limit));
        }
      }
      expect(await feed(store, user, { offset: 10_000 })).toMatchObject({ posts: [], next: null });
    });

    it('reflects friendships, updates and deletions', async () => {
      const store = await open();
      const [user, kept, former] = [randomUUID(), randomUUID(), randomUUID()];
      const drafts = [kept, former, kept].map((author) => post({ author }));
      for (const each of drafts) await store.writes.createPost(each);
      await store.log.join(user, kept);
      await store.log.join(user, former);
      expect((await feed(store, user)).posts.length).toBe(3);
      await store.log.leave(user, former);
      const [changed, , deleted] = drafts;
      await store.writes.updatePost({ id: changed?.id ?? '', author: kept, text: 'changed' });
      await store.writes.deletePost({ id: deleted?.id ?? '', author: kept });
      expect((await feed(store, user)).posts.map(withoutSeq)).toEqual([
        { id: changed?.id, author: kept, text: 'changed' },
      ]);
    });

    it('continues after each page, whatever is posted meanwhile', async () => {
      const store = await open();
      const [user, one, two] = [randomUUID(), randomUUID(), randomUUID()];
      for (const friend of [one, two]) await store.log.join(user, friend);
      const texts = countTo(25).map(String);
      await append(
        store,
        texts.map((text, index) => ({ author: index % 3 === 0 ? one : two, text })),
      );
      for (const limit of [1, 7, 25, 100]) {
        expect((await readPages(store, user, { limit })).texts).toEqual(texts.toReversed());
      }
      const first = await feed(store, user, { limit: 10 });
      await store.writes.createPost(post({ author: one, text: 'new' }));
      const second = await feed(store, user, { limit: 2, ...first.next });
      expect(second.posts.map(({ text }) => text)).toEqual(['15', '14']);
    });

    it('ends a page with the post whose text exceeds its bytes', async () => {
      const store = await open();
      const [user, author] = [randomUUID(), randomUUID()];
      await store.log.join(user, author);
      const texts = countTo(9).map((index) => `${index}${'é'.repeat(500)}`);
      await append(
        store,
        texts.map((text) => ({ author, text })),
      );
      expect((await feed(store, user, { maxBytes: 1500 })).posts.length).toBe(2);
      const all = await readPages(store, user, { maxBytes: 1500 });
      expect(all).toEqual({ texts: texts.toReversed(), pages: 5 });
    });

    it('shortens the pages of a user with many friends instead of reading more', async () => {
      const store = await open();
      const [user, stranger] = [randomUUID(), randomUUID()];
      const friends = countTo(400).map(() => randomUUID());
      await Promise.all(friends.map((friend) => store.log.join(user, friend)));
      const texts = countTo(600).map(String);
      await append(
        store,
        texts.map((text, index) => ({ author: friends[index % 7] ?? '', text })),
      );
      // Close together, posts of friends are found without a merge.
      const whole = await feed(store, user, { limit: 1000 });
      expect(whole.posts.map(({ text }) => text)).toEqual(texts.toReversed());
      expect(whole.next).toBeNull();
      expect((await readPages(store, user, { limit: 70 })).texts).toEqual(texts.toReversed());
      await append(
        store,
        countTo(800).map(() => ({ author: stranger })),
      );
      const page = await feed(store, user, { limit: 1000 });
      expect(page.posts.map(({ text }) => text)).toEqual(texts.slice(-250).toReversed());
      expect(await readPages(store, user, { limit: 1000 })).toEqual({ texts: texts.toReversed(), pages: 2 });
      const far = await feed(store, user, { offset: 300, limit: 10 });
      expect(far).toMatchObject({ posts: [], next: { belowSeq: expect.any(Number), offset: 50 } });
      const there = await feed(store, user, { limit: 10, ...far.next });
      expect(there.posts.map(({ text }) => text)).toEqual(texts.slice(290, 300).toReversed());
    });

    it('examines a limited number of posts for a user with very many friends', async () => {
      const store = await open();
      const [user, stranger] = [randomUUID(), randomUUID()];
      const friends = countTo(10_001).map(() => randomUUID());
      for (let start = 0; start < friends.length; start += 2000) {
        const some = friends.slice(start, start + 2000);
        await Promise.all(some.map((friend) => store.log.join(user, friend)));
      }
      const [first, second] = friends.map((author, index) => ({ author, text: String(index) }));
      await append(store, [first ?? {}, second ?? {}]);
      const others = countTo(2000).map(() => ({ author: stranger }));
      for (let round = 0; round < 5; round += 1) await append(store, others);
      const page = await feed(store, user, { limit: 10 });
      expect(page).toMatchObject({ posts: [], next: { belowSeq: expect.any(Number), offset: 0 } });
      expect(await readPages(store, user, { limit: 10 })).toEqual({ texts: ['1', '0'], pages: 2 });
      expect(await readPages(store, user, { limit: 1 })).toMatchObject({ texts: ['1', '0'] });
    });
  });
}
