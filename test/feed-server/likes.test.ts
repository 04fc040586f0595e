import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { registerUser, request, startFeed, type TestUser } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';

interface Likes {
  readonly count: number;
  readonly user_ids: readonly string[];
  readonly next: number | null;
}

async function likesOf(url: string, postId: unknown, query = ''): Promise<Likes> {
  const { status, body } = await request(url, 'GET', `/post/likes/${String(postId)}${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Likes;
}

async function registerUsers(url: string, count: number): Promise<readonly TestUser[]> {
  return await Promise.all(Array.from({ length: count }, () => registerUser(url)));
}

function describeLikes(start: () => ReturnType<typeof startFeed>): void {
  it('count each user once, whatever is repeated or taken back', async () => {
    const { url } = await start();
    const [ada, bob] = (await registerUsers(url, 2)) as [TestUser, TestUser];
    const { body: id } = await ada.post('likable');
    expect(await likesOf(url, id)).toEqual({ count: 0, user_ids: [], next: null });
    expect(await ada.like(id)).toMatchObject({ status: 200, body: undefined });
    for (let time = 0; time < 2; time += 1) {
      expect((await bob.like(id)).status).toBe(200);
      expect(await likesOf(url, id)).toEqual({ count: 2, user_ids: [bob.id, ada.id], next: null });
    }
    for (let time = 0; time < 2; time += 1) {
      expect((await ada.unlike(id)).status).toBe(200);
      expect(await likesOf(url, id)).toEqual({ count: 1, user_ids: [bob.id], next: null });
    }
    expect((await ada.like(id)).status).toBe(200);
    expect(await likesOf(url, id)).toEqual({ count: 2, user_ids: [ada.id, bob.id], next: null });
  });

  it('are counted exactly when many users like and unlike posts at the same time', async () => {
    const { url } = await start();
    const users = await registerUsers(url, 8);
    const ids = await Promise.all(users.slice(0, 2).map(async (user) => (await user.post('popular')).body));
    const requests = users.flatMap((user, index) =>
      ids.flatMap((id) => [user.like(id), user.like(id), ...(index < 3 ? [user.unlike(id)] : [])]),
    );
    for (const { status } of await Promise.all(requests)) expect(status).toBe(200);
    for (const id of ids) {
      const { count, user_ids } = await likesOf(url, id, '?limit=1000');
      expect(user_ids.length).toBe(count);
      expect(user_ids).toEqual(expect.arrayContaining(users.slice(3).map((user) => user.id)));
      for (const user of users) expect((await user.like(id)).status).toBe(200);
      expect((await likesOf(url, id)).count).toBe(users.length);
    }
  });

  it('come in pages that continue where the previous one ends', async () => {
    const { url } = await start();
    const users = await registerUsers(url, 6);
    const { body: id } = (await users[0]?.post('likable')) ?? {};
    for (const user of users.slice(0, 5)) await user.like(id);
    const expected = users
      .slice(0, 5)
      .map((user) => user.id)
      .toReversed();
    const first = await likesOf(url, id, '?limit=2');
    expect(first).toEqual({ count: 5, user_ids: expected.slice(0, 2), next: expect.any(Number) });
    await users[5]?.like(id);
    const second = await likesOf(url, id, `?limit=3&after=${first.next}`);
    expect(second).toEqual({ count: 6, user_ids: expected.slice(2), next: null });
  });

  it('do not exist for a post that does not, or does not any more', async () => {
    const { url } = await start();
    const user = await registerUser(url);
    const { body: deleted } = await user.post('gone');
    await user.like(deleted);
    await user.deletePost(deleted);
    for (const id of [deleted, randomUUID()]) {
      for (const answer of [
        await user.like(id),
        await user.unlike(id),
        await request(url, 'GET', `/post/likes/${String(id)}`),
      ]) {
        expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
      }
    }
  });
}

describe('likes in an embedded store', () => {
  describeLikes(() => startFeed());
});

describePostgres('likes in PostgreSQL', (server) => {
  describeLikes(async () => await startFeed({ DATABASE_URL: await server().createDatabase() }));
});
