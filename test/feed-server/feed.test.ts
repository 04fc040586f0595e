import { describe, expect, it } from 'vitest';
import { registerUser, startFeed } from '../support/feed-server.ts';
import { bearer, connectClient } from '../support/websocket.ts';

const channel = '/post/feed/posted';

function frameOf(postId: unknown, postText: string, author: { readonly id: string }): string {
  return JSON.stringify({ type: 'post', payload: { postId, postText, author_user_id: author.id } });
}

describe('the feed', () => {
  it("sends a new post to every connected client in exactly the contract's frame", async () => {
    const { url, socketUrl } = await startFeed();
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    const clients = await Promise.all(
      [ada, ada, bob].map(({ token }) => connectClient(`${socketUrl}${channel}`, bearer(token))),
    );
    const { status, body: postId } = await ada.post('Grüße 🐦 "quoted"\n');
    expect(status).toBe(200);
    for (const client of clients) {
      expect(await client.take(1)).toEqual([frameOf(postId, 'Grüße 🐦 "quoted"\n', ada)]);
    }
  });

  it('sends the posts of each author in order while others post', async () => {
    const { url, socketUrl } = await startFeed();
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    const client = await connectClient(`${socketUrl}${channel}`, bearer(ada.token));
    const texts = Array.from({ length: 30 }, (_, index) => `${index}`);
    await Promise.all(
      [ada, bob].map(async (user) => {
        for (const text of texts) await user.post(text);
      }),
    );
    const frames = await client.take(60);
    for (const { id } of [ada, bob]) {
      const own = frames.map((frame) => JSON.parse(frame).payload).filter((p) => p.author_user_id === id);
      expect(own.map(({ postText }) => postText)).toEqual(texts);
    }
  });

  it.each([
    ['the connection requests it', {}, '?audience=friends'],
    ['it is configured', { FEED_AUDIENCE: 'friends' }, ''],
    [
      'it is configured, whatever the connection requests',
      { FEED_AUDIENCE: 'friends' },
      '?audience=everyone',
    ],
  ])('is limited to friends if %s', async (_title, env, query) => {
    const { url, socketUrl } = await startFeed(env);
    const [ada, bob, cyd] = await Promise.all([registerUser(url), registerUser(url), registerUser(url)]);
    await ada.befriend(bob);
    const sockets = await Promise.all(
      [ada, ada, bob].map(({ token }) => connectClient(`${socketUrl}${channel}${query}`, bearer(token))),
    );
    const [first, second, reverse] = sockets;

    await ada.post('own');
    await cyd.post('stranger');
    const { body: one } = await bob.post('one');
    await ada.befriend(cyd);
    const { body: two } = await cyd.post('two');
    await ada.unfriend(bob);
    await bob.post('former friend');
    const { body: three } = await cyd.post('three');

    const expected = [frameOf(one, 'one', bob), frameOf(two, 'two', cyd), frameOf(three, 'three', cyd)];
    expect(await first?.take(3)).toEqual(expected);
    expect(await second?.take(3)).toEqual(expected);
    expect(reverse?.received).toEqual([]);
  });

  it('publishes once per Idempotency-Key, and responds with the first id', async () => {
    const { url, socketUrl } = await startFeed();
    const ada = await registerUser(url);
    const client = await connectClient(`${socketUrl}${channel}`, bearer(ada.token));
    const key = { 'Idempotency-Key': 'breakfast' };
    const [first, second] = await Promise.all([ada.post('eggs', key), ada.post('eggs', key)]);
    expect(second.body).toBe(first.body);
    const other = await ada.post('changed my mind', key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    const { body: last } = await ada.post('last');
    expect(await client.take(2)).toEqual([frameOf(first.body, 'eggs', ada), frameOf(last, 'last', ada)]);
  });

  it('keeps posts across a restart', async () => {
    const { url, server, dataDir } = await startFeed();
    const ada = await registerUser(url);
    const { body: id } = await ada.post('still here');
    await server.close();
    const again = await startFeed({ DATA_DIR: dataDir });
    const answer = await fetch(`${again.url}/post/get/${String(id)}`);
    expect(await answer.json()).toEqual({ id, text: 'still here', author_user_id: ada.id });
  });
});
