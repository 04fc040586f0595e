import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDataDir, request, startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { bearer, connectClient } from '../support/websocket.ts';
import type { DeployedState } from './deployed-state.ts';

const folder = join(import.meta.dirname, '222631d');

/** The events are as old as the fixture, so none may expire. */
const env = { RETENTION_SECONDS: '3153600000' };

describe('the embedded log of commit 222631d', () => {
  it('opens in this server with all cursors valid', async () => {
    const state = await readState('embedded');
    const DATA_DIR = await makeDataDir();
    await copyFile(join(folder, 'embedded/posted.sqlite'), join(DATA_DIR, 'posted.sqlite'));
    const { url } = await startFeed({ ...env, DATA_DIR });
    expect(await observe(url, state)).toEqual(expectedOf(state));
  });
});

describePostgres('the PostgreSQL log of commit 222631d', (server) => {
  it('opens in this server with all cursors valid', async () => {
    const state = await readState('postgres');
    const database = await server().createDatabase();
    await server().query(database, await readFile(join(folder, 'postgres/dump.sql'), 'utf8'));
    const { url } = await startFeed({ ...env, DATABASE_URL: database });
    expect(await observe(url, state)).toEqual(expectedOf(state));
  });
});

async function readState(store: 'embedded' | 'postgres'): Promise<DeployedState> {
  return JSON.parse(await readFile(join(folder, store, 'state.json'), 'utf8'));
}

/** What clients with `state` receive from a server. */
async function observe(url: string, { users, password, posts, held, device }: DeployedState) {
  const tokens = new Map<string, string>();
  for (const { id } of users) {
    const { body } = await request(url, 'POST', '/login', { body: { id, password } });
    tokens.set(id, (body as { readonly token: string }).token);
  }
  const tokenOf = (user: string): string => tokens.get(user) ?? '';
  const bodyOf = async (path: string): Promise<unknown> =>
    (await request(url, 'GET', path, { token: tokenOf(held.user) })).body;
  const create = async (user: string, text: string, headers: Record<string, string> = {}) =>
    (await request(url, 'POST', '/post/create', { token: tokenOf(user), body: { text }, headers })).body;

  /** Whether the connection resumes at its cursor, and the texts of the deployed posts that it replays. */
  const replay = async (user: string, query: string) => {
    const socket = `${url.replace(/^http/, 'ws')}/post/feed/posted?${query}`;
    const client = await connectClient(socket, bearer(tokenOf(user)));
    const last = await create(user, 'the last');
    const frames = () => client.received.map((text): Frame => JSON.parse(text));
    await expect.poll(() => frames().at(-1)?.payload?.postId).toBe(last);
    const [ready, ...messages] = frames();
    const texts = messages.map(({ payload }) => payload?.postText).filter((text) => text !== 'the last');
    return { resumed: ready?.resumed, texts };
  };

  const feed = (await bodyOf('/post/feed?limit=100')) as readonly { readonly id: string }[];
  return {
    fromHeldCursor: await replay(held.user, `since=${held.cursor}`),
    fromAck: await replay(device.user, `since=acked&device=${device.device}`),
    feed: feed.map(({ id }) => id),
    posts: await Promise.all(posts.map(({ id }) => bodyOf(`/post/get/${id}`))),
    reactions: await Promise.all(
      posts.map(async ({ id: post_id }) => {
        const token = tokenOf(held.user);
        await request(url, 'PUT', `/post/like/${post_id}`, { token });
        await request(url, 'POST', '/comment/create', { token, body: { post_id, text: 'an old post' } });
        return [await bodyOf(`/post/likes/${post_id}`), await bodyOf(`/comment/list/${post_id}`)];
      }),
    ),
    retried: await Promise.all(
      posts
        .filter(({ idempotencyKey }) => idempotencyKey !== null)
        .map(({ author, text, idempotencyKey }) =>
          create(author, text, { 'Idempotency-Key': idempotencyKey ?? '' }),
        ),
    ),
  };
}

function expectedOf({ posts, friends, held, device }: DeployedState): Awaited<ReturnType<typeof observe>> {
  const texts = posts.map(({ text }) => text);
  const isFriend = (author: string) =>
    friends.some(({ user, friend }) => user === held.user && friend === author);
  return {
    fromHeldCursor: { resumed: true, texts: texts.slice(held.receivedPosts) },
    fromAck: { resumed: true, texts: texts.slice(device.ackedPosts) },
    feed: posts
      .filter(({ author }) => isFriend(author))
      .map(({ id }) => id)
      .toReversed(),
    posts: posts.map(({ id, text, author }) => ({ id, text, author_user_id: author })),
    reactions: posts.map(({ id }) => [
      { count: 1, user_ids: [held.user], next: null },
      {
        comments: [{ id: expect.any(String), post_id: id, text: 'an old post', author_user_id: held.user }],
        next: null,
      },
    ]),
    retried: posts.filter(({ idempotencyKey }) => idempotencyKey !== null).map(({ id }) => id),
  };
}

interface Frame {
  readonly resumed?: boolean;
  readonly payload?: { readonly postId: string; readonly postText: string };
}
