import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { countTo, type FeedStore, type OpenFeedStore, type PostRow, post, readLog } from './feed-store.ts';

async function createPost(store: FeedStore): Promise<PostRow> {
  const created = post();
  await store.writes.createPost(created);
  return created;
}

function like({ id, author }: PostRow, user: string) {
  return { post_id: id, user_id: user, author, also: [author] };
}

function likesOf({ queries }: FeedStore, { id }: PostRow, belowSeq: number | null = null, limit = 1000) {
  return queries.likesOf({ postId: id, belowSeq, limit });
}

export function describeLikes(open: OpenFeedStore): void {
  describe('the likes of a post', () => {
    it('count once per user, and their messages have the number of likes after each', async () => {
      const store = await open();
      const [posted, other] = [await createPost(store), await createPost(store)];
      const [ada, bob] = [randomUUID(), randomUUID()];
      const { likePost, unlikePost } = store.writes;
      const outcomes = [
        await likePost(like(posted, ada)),
        await likePost(like(posted, ada)),
        await likePost(like(other, ada)),
        await likePost(like(posted, bob)),
        await unlikePost(like(posted, ada)),
        await unlikePost(like(posted, ada)),
      ];
      expect(outcomes.map(({ isWritten }) => isWritten)).toEqual([true, false, true, true, true, false]);
      expect((await readLog(store)).slice(2)).toEqual([
        ['message', { postId: posted.id, user_id: ada, likes: 1 }],
        ['message', { postId: other.id, user_id: ada, likes: 1 }],
        ['message', { postId: posted.id, user_id: bob, likes: 2 }],
        ['message', { postId: posted.id, user_id: ada, likes: 1 }],
      ]);
      expect(await likesOf(store, posted)).toEqual({ count: 1, users: [bob], belowSeq: null });
    });

    it('are counted in the order of the log when many arrive at once, also of several posts', async () => {
      const store = await open();
      const posts = [await createPost(store), await createPost(store)];
      const users = countTo(50).map(() => randomUUID());
      await Promise.all(
        users
          .flatMap((user) => posts.flatMap((each) => [like(each, user), like(each, user)]))
          .map((row) => store.writes.likePost(row)),
      );
      await Promise.all(
        posts.flatMap((each) => users.slice(0, 20).map((user) => store.writes.unlikePost(like(each, user)))),
      );
      const messages = (await readLog(store)).map(
        ([, payload]) => payload as { postId: string; likes?: number },
      );
      for (const { id } of posts) {
        const counts = messages.filter(({ postId }) => postId === id).flatMap(({ likes }) => likes ?? []);
        expect(counts).toEqual([...countTo(50), ...countTo(20).map((count) => 50 - count)]);
      }
      for (const each of posts) expect(await likesOf(store, each)).toMatchObject({ count: 30 });
    });

    it('are read in pages, newest first, whatever is liked meanwhile', async () => {
      const store = await open();
      const posted = await createPost(store);
      expect(await likesOf(store, posted)).toEqual({ count: 0, users: [], belowSeq: null });
      const users = countTo(5).map(() => randomUUID());
      for (const user of users) await store.writes.likePost(like(posted, user));
      const newestFirst = users.toReversed();
      const first = await likesOf(store, posted, null, 2);
      expect(first).toMatchObject({ count: 5, users: newestFirst.slice(0, 2) });
      await store.writes.likePost(like(posted, randomUUID()));
      const second = await likesOf(store, posted, first?.belowSeq, 3);
      expect(second).toEqual({ count: 6, users: newestFirst.slice(2), belowSeq: null });
      expect(await likesOf(store, posted, 1)).toEqual({ count: 6, users: [], belowSeq: null });
    });

    it('do not exist for a post that does not', async () => {
      const store = await open();
      const posted = await createPost(store);
      const stolen = { ...posted, author: randomUUID() };
      for (const each of [post(), stolen]) {
        expect(await store.writes.likePost(like(each, randomUUID()))).toMatchObject({
          isWritten: false,
          seq: null,
        });
      }
      expect(await likesOf(store, post())).toBeNull();
      expect(await likesOf(store, posted)).toMatchObject({ count: 0 });
    });

    it('leave the log with the post, and the tables after it', async () => {
      const store = await open();
      const [posted, other] = [await createPost(store), await createPost(store)];
      const { likePost, deletePost, removeLikes, finishRemoval } = store.writes;
      await Promise.all(countTo(1001).map(() => likePost(like(posted, randomUUID()))));
      await likePost(like(other, posted.author));
      const { returned } = await deletePost(posted);
      expect(returned.left).toEqual({ id: posted.id });
      expect(await likesOf(store, posted)).toBeNull();
      const payloads = (await readLog(store)).flatMap(([, payload]) => payload ?? []);
      expect(payloads).toMatchObject([
        { postId: other.id },
        { postId: other.id, likes: 1 },
        { postId: posted.id, author_user_id: posted.author },
      ]);
      expect(await likePost(like(posted, randomUUID()))).toMatchObject({ isWritten: false });

      expect(await store.queries.findDeletedPosts()).toEqual([{ id: posted.id, author: posted.author }]);
      await removeLikes({ post_id: posted.id });
      expect(await finishRemoval({ post_id: posted.id })).toMatchObject({ isWritten: false });
      await removeLikes({ post_id: posted.id });
      expect(await finishRemoval({ post_id: posted.id })).toMatchObject({ isWritten: true });
      expect(await store.queries.findDeletedPosts()).toEqual([]);
      expect(await likesOf(store, other)).toMatchObject({ count: 1 });
      expect((await deletePost(await createPost(store))).returned.left).toBeNull();
    });
  });
}
