import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { countTo, type FeedStore, type OpenFeedStore, type PostRow, post, readLog } from './feed-store.ts';

async function createPost(store: FeedStore): Promise<PostRow> {
  const created = post();
  await store.writes.createPost(created);
  return created;
}

function comment({ id, author }: PostRow, text = 'a comment') {
  return { id: randomUUID(), post_id: id, author: randomUUID(), text, post_author: author, also: [author] };
}

type CommentRow = ReturnType<typeof comment>;

function payloadOf({ id, post_id, author, text }: CommentRow) {
  return { commentId: id, postId: post_id, text, author_user_id: author };
}

async function pageOf(
  { queries }: FeedStore,
  { id }: PostRow,
  parts: { readonly afterSeq?: number | null; readonly limit?: number; readonly maxBytes?: number } = {},
) {
  return await queries.commentsOf({ postId: id, afterSeq: null, limit: 1000, maxBytes: 1_000_000, ...parts });
}

export function describeComments(open: OpenFeedStore): void {
  describe('the comments on a post', () => {
    it('are stored with their messages, exactly as they are', async () => {
      const store = await open();
      const posted = await createPost(store);
      const rows = ['first', '\ufeff"\'`\\ \u0001\u2028🐦‍⬛', '𝄞'.repeat(10_000)].map((text) =>
        comment(posted, text),
      );
      for (const row of rows) {
        expect(await store.writes.createComment(row)).toMatchObject({ isWritten: true });
      }
      expect((await readLog(store)).slice(1)).toEqual(rows.map((row) => ['message', payloadOf(row)]));
      expect(await pageOf(store, posted)).toEqual({
        comments: rows.map(({ id, post_id, author, text }) => ({
          id,
          postId: post_id,
          author,
          text,
          seq: expect.any(Number),
        })),
        hasNext: false,
      });
    });

    it('are read in pages, oldest first', async () => {
      const store = await open();
      const posted = await createPost(store);
      expect(await pageOf(store, posted)).toEqual({ comments: [], hasNext: false });
      const texts = countTo(5).map(String);
      for (const text of texts) {
        await store.writes.createComment(comment(posted, text));
        await store.writes.createComment(comment(await createPost(store)));
      }
      const read: string[] = [];
      let pages = 0;
      for (let afterSeq: number | null = null, hasNext = true; hasNext; pages += 1) {
        const page = await pageOf(store, posted, { afterSeq, limit: 2 });
        read.push(...(page?.comments ?? []).map(({ text }) => text));
        afterSeq = page?.comments.at(-1)?.seq ?? null;
        hasNext = page?.hasNext ?? false;
      }
      expect({ read, pages }).toEqual({ read: texts, pages: 3 });
      expect(await pageOf(store, posted, { limit: 5 })).toMatchObject({ hasNext: false });
      expect(await pageOf(store, posted, { afterSeq: 1000 })).toEqual({ comments: [], hasNext: false });
    });

    it('end a page with the one whose text exceeds its bytes', async () => {
      const store = await open();
      const posted = await createPost(store);
      for (const each of countTo(5))
        await store.writes.createComment(comment(posted, `${each}${'é'.repeat(500)}`));
      const page = await pageOf(store, posted, { maxBytes: 1500 });
      expect(page?.comments.map(({ text }) => text[0])).toEqual(['1', '2']);
      expect(page?.hasNext).toBe(true);
      expect((await pageOf(store, posted, { maxBytes: 1 }))?.comments).toHaveLength(1);
    });

    it('are created once with a key', async () => {
      const store = await open();
      const row = comment(await createPost(store));
      await store.writes.createComment(row, { key: 'k' });
      const retry = { ...row, id: randomUUID() };
      expect(await store.writes.createComment(retry, { key: 'k' })).toMatchObject({
        isWritten: false,
        first: { entity: row.id },
      });
      for (const changed of [{ text: 'other' }, { post_id: (await createPost(store)).id }]) {
        const refused = store.writes.createComment({ ...retry, ...changed }, { key: 'k' });
        await expect(refused).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      }
    });

    it('can be deleted one by one, and nothing in the log keeps the text', async () => {
      const store = await open();
      const posted = await createPost(store);
      const [kept, deleted] = [comment(posted, 'kept'), comment(posted, 'deleted')];
      for (const row of [kept, deleted]) await store.writes.createComment(row);
      const { id, post_id, post_author, also } = deleted;
      const row = { id, post_id, post_author, also };
      expect(await store.writes.deleteComment(row)).toMatchObject({ isWritten: true });
      expect(await store.writes.deleteComment(row)).toMatchObject({ isWritten: false, seq: null });
      expect(await store.queries.findComment(id)).toBeNull();
      expect((await pageOf(store, posted))?.comments).toMatchObject([{ id: kept.id }]);
      expect((await readLog(store)).slice(1)).toEqual([
        ['message', payloadOf(kept)],
        ['message', null],
        ['redact', { commentId: id, postId: posted.id }],
      ]);
    });

    it('do not exist without the post, also before they are removed', async () => {
      const store = await open();
      const posted = await createPost(store);
      const [row, other] = [comment(posted), comment(await createPost(store))];
      for (const each of [row, other]) await store.writes.createComment(each);
      expect(await store.writes.createComment(comment(post()))).toMatchObject({
        isWritten: false,
        first: null,
      });
      expect(await pageOf(store, post())).toBeNull();
      expect((await store.writes.deletePost(posted)).returned.left).toEqual({ id: posted.id });
      expect(await pageOf(store, posted)).toBeNull();
      expect(await store.queries.findComment(row.id)).toBeNull();
      expect(await store.writes.createComment(comment(posted))).toMatchObject({
        isWritten: false,
        first: null,
      });

      expect(await store.writes.finishRemoval({ post_id: posted.id })).toMatchObject({ isWritten: false });
      expect(await store.queries.findCommentIds(posted.id, 10)).toEqual([row.id]);
      const { id, post_author } = row;
      expect(await store.writes.removeComment({ id, post_author })).toMatchObject({ isWritten: true });
      expect(await store.writes.finishRemoval({ post_id: posted.id })).toMatchObject({ isWritten: true });
      expect(await store.queries.findCommentIds(posted.id, 10)).toEqual([]);
      const texts = (await readLog(store)).flatMap(
        ([, payload]) => (payload as { text?: string } | null)?.text ?? [],
      );
      expect(texts).toEqual([other.text]);
    });
  });
}
