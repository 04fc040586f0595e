import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { maxPageBytes } from '../../src/feed-server/handlers/pages.ts';
import { registerFeedWrites } from '../../src/feed-server/store/feed-writes.ts';
import { feedMigrations } from '../../src/feed-server/store/migrations/feed-migrations.ts';
import { type OpenLog, openLog } from '../../src/runtime/log/open-log.ts';
import type { LogTables } from '../../src/runtime/log/tables.ts';
import { createLog } from '../../src/runtime/node/pino-log.ts';
import { makeDataDir, registerUser, request, startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';

interface Comments {
  readonly comments: readonly { readonly id: string; readonly text: string }[];
  readonly next: number | null;
}

async function commentsOn(url: string, postId: unknown, query = ''): Promise<Comments> {
  const { status, body } = await request(url, 'GET', `/comment/list/${String(postId)}${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(JSON.stringify(body).length).toBeLessThanOrEqual(maxPageBytes);
  return body as Comments;
}

/** The payloads in the log, as text. */
async function readPayloads(log: Pick<OpenLog, 'reads'>): Promise<string> {
  const rows = await log.reads<LogTables>().selectFrom('posted_event').select('payload').execute();
  return rows.map(({ payload }) => payload).join();
}

type Env = Readonly<Record<string, string>>;

/** `makeEnv` names a new database, and `open` opens its log beside the server or after it. */
function describeComments(makeEnv: () => Promise<Env>, databaseOf: (env: Env) => object): void {
  async function open(env: Env): Promise<OpenLog> {
    const log = await openLog({
      database: databaseOf(env) as { readonly folder: string },
      migrations: feedMigrations,
      retentionMs: 3_600_000,
      log: createLog('silent'),
    });
    onTestFinished(() => log.close());
    return log;
  }

  it('are listed oldest first, in pages that continue where the previous one ends', async () => {
    const { url } = await startFeed(await makeEnv());
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    const { body: post_id } = await ada.post('a post');
    expect(await commentsOn(url, post_id)).toEqual({ comments: [], next: null });
    const expected: object[] = [];
    for (const text of ['1', 'Grüße 🐦 "quoted"\n', '3']) {
      const { status, body: id } = await bob.comment(post_id, text);
      expect(status).toBe(200);
      expected.push({ id, post_id, text, author_user_id: bob.id });
    }
    expect(await commentsOn(url, post_id)).toEqual({ comments: expected, next: null });
    const first = await commentsOn(url, post_id, '?limit=2');
    expect(first).toEqual({ comments: expected.slice(0, 2), next: expect.any(Number) });
    expect(await commentsOn(url, post_id, `?after=${first.next}`)).toEqual({
      comments: expected.slice(2),
      next: null,
    });
  });

  it('end a page before 1 MB', async () => {
    const { url } = await startFeed(await makeEnv());
    const ada = await registerUser(url);
    const { body: postId } = await ada.post('a post');
    // Six bytes of JSON each, but one byte in the store.
    for (let count = 0; count < 18; count += 1) await ada.comment(postId, '\u0001'.repeat(10_000));
    const first = await commentsOn(url, postId, '?limit=1000');
    const second = await commentsOn(url, postId, `?limit=1000&after=${first.next}`);
    expect([first.comments.length, second.comments.length, second.next]).toEqual([16, 2, null]);
  });

  it('are created once per Idempotency-Key', async () => {
    const { url } = await startFeed(await makeEnv());
    const ada = await registerUser(url);
    const { body: postId } = await ada.post('a post');
    const key = { 'Idempotency-Key': 'breakfast' };
    const [first, second] = await Promise.all([
      ada.comment(postId, 'eggs', key),
      ada.comment(postId, 'eggs', key),
    ]);
    expect([first.status, second.body]).toEqual([200, first.body]);
    expect(await ada.comment(postId, 'ham', key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect((await commentsOn(url, postId)).comments).toMatchObject([{ id: first.body, text: 'eggs' }]);
  });

  it('can be deleted by their authors and by the author of the post', async () => {
    const { url } = await startFeed(await makeEnv());
    const [ada, bob, cyd] = await Promise.all([registerUser(url), registerUser(url), registerUser(url)]);
    const { body: postId } = await ada.post('a post');
    const ids: unknown[] = [];
    for (const text of ['1', '2', '3']) ids.push((await bob.comment(postId, text)).body);
    const [own, unwanted, kept] = ids;
    expect(await cyd.deleteComment(own)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await bob.deleteComment(own)).toMatchObject({ status: 200, body: undefined });
    expect((await ada.deleteComment(unwanted)).status).toBe(200);
    for (const gone of [own, randomUUID()]) expect((await bob.deleteComment(gone)).status).toBe(404);
    expect((await commentsOn(url, postId)).comments).toMatchObject([{ id: kept }]);
  });

  it('go with their post, from the log too, and none can be added', async () => {
    const env = await makeEnv();
    const { url, server } = await startFeed(env);
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    const [{ body: postId }, { body: otherId }] = await Promise.all([
      ada.post('a post'),
      ada.post('another'),
    ]);
    const [secret, kept] = [randomUUID(), randomUUID()];
    const ids = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => (await bob.comment(postId, `${secret} ${index}`)).body),
    );
    await bob.comment(otherId, kept);
    expect((await ada.deletePost(postId)).status).toBe(200);
    for (const answer of [
      await request(url, 'GET', `/comment/list/${String(postId)}`),
      await bob.comment(postId, 'late'),
      await bob.deleteComment(ids[0]),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect((await commentsOn(url, otherId)).comments).toMatchObject([{ text: kept }]);
    await server.close();
    const payloads = await readPayloads(await open(env));
    expect([payloads.includes(kept), payloads.includes(secret)]).toEqual([true, false]);
  });

  it('leave the log after a crash between the deletion of their post and theirs', async () => {
    const env = await makeEnv();
    const { url, server } = await startFeed(env);
    const ada = await registerUser(url);
    const { body: id } = await ada.post('a post');
    const secret = randomUUID();
    for (let count = 0; count < 3; count += 1) await ada.comment(id, secret);
    await ada.like(id);
    await server.close();

    const log = await open(env);
    await registerFeedWrites(log).deletePost({ id: String(id), author: ada.id });
    expect(await readPayloads(log)).toContain(secret);
    await log.close();

    const again = await startFeed(env);
    await again.server.close();
    const after = await open(env);
    expect(await readPayloads(after)).not.toContain(secret);
    for (const table of ['post_comment', 'post_like', 'post_like_count', 'deleted_post']) {
      const rows = await after.reads<Record<string, object>>().selectFrom(table).selectAll().execute();
      expect([table, rows]).toEqual([table, []]);
    }
  });
}

describe('comments in an embedded store', () => {
  describeComments(
    async () => ({ DATA_DIR: await makeDataDir() }),
    ({ DATA_DIR }) => ({ folder: DATA_DIR }),
  );
});

describePostgres('comments in PostgreSQL', (server) => {
  describeComments(
    async () => ({ DATABASE_URL: await server().createDatabase() }),
    ({ DATABASE_URL }) => ({ url: DATABASE_URL }),
  );
});
