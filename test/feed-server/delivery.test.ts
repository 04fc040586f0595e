import { describe, expect, it } from 'vitest';
import { registerUser, request, startFeed } from '../support/feed-server.ts';
import { acknowledge, postAll, reset, subscribe, takePosts, takeReady, textsOf } from './resumable-client.ts';

describe('a resumable connection', () => {
  it('starts with ready, and its posts have a cursor next to type and payload', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const client = await subscribe(feed, ada, 'since=now');
    expect(await takeReady(client)).toEqual({
      type: 'ready',
      cursor: expect.stringMatching(/^[\w-]{30}$/),
      resumed: false,
      window: 256,
    });
    const { body: postId } = await ada.post('hello');
    expect((await takePosts(client, 1))[0]).toEqual({
      type: 'post',
      payload: { postId, postText: 'hello', author_user_id: ada.id },
      cursor: expect.any(String),
    });
  });

  it('resumes after a cursor and goes live, without gaps or repetitions', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const first = await subscribe(feed, ada, 'since=now');
    await takeReady(first);
    await postAll(ada, ['1', '2', '3']);
    const [, second] = await takePosts(first, 3);
    first.webSocket.terminate();
    await postAll(ada, ['4', '5']);
    const again = await subscribe(feed, ada, `since=${second?.cursor}`);
    expect((await takeReady(again)).resumed).toBe(true);
    await postAll(ada, ['6']);
    expect(textsOf(await takePosts(again, 4))).toEqual(['3', '4', '5', '6']);
  });

  it('resumes after a restart, in pages from the log', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const { cursor } = await takeReady(await subscribe(feed, ada, 'since=now'));
    const texts = Array.from({ length: 1200 }, (_, index) => `${index}`);
    await Promise.all(texts.map((text) => ada.post(text)));
    await feed.server.close();
    const after = await startFeed({ DATA_DIR: feed.dataDir });
    const client = await subscribe(after, ada, `since=${cursor}`);
    const posts = textsOf(await takePosts(client, 1200));
    expect(posts.toSorted((a, b) => Number(a) - Number(b))).toEqual(texts);
    await postAll(ada.at(after.url), ['live']);
    expect((await takePosts(client, 1201)).at(-1)?.payload.postText).toBe('live');
  });

  it('resumes after the last ack of its device, across restarts, and starts live for an unknown device', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const phone = await subscribe(feed, ada, 'since=acked&device=phone');
    expect((await takeReady(phone)).resumed).toBe(false);
    await postAll(ada, ['1', '2']);
    const [one] = await takePosts(phone, 2);
    acknowledge(phone, one?.cursor);
    await postAll(ada, ['3']);
    await takePosts(phone, 3);
    await feed.server.close();
    const after = await startFeed({ DATA_DIR: feed.dataDir });
    const again = await subscribe(after, ada, 'since=acked&device=phone');
    expect((await takeReady(again)).resumed).toBe(true);
    expect(textsOf(await takePosts(again, 2))).toEqual(['2', '3']);
    expect((await takeReady(await subscribe(after, ada, 'since=acked&device=desk'))).resumed).toBe(false);
  });

  it('loses nothing on a device that never acknowledges, from its first connection on', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const phone = await subscribe(feed, ada, 'since=acked&device=phone');
    await takeReady(phone);
    phone.webSocket.terminate();
    await postAll(ada, ['while away']);
    const again = await subscribe(feed, ada, 'since=acked&device=phone');
    expect(textsOf(await takePosts(again, 1))).toEqual(['while away']);
  });

  it('is sent at most a window beyond the last ack, and the rest once it acknowledges', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const client = await subscribe(feed, ada, 'since=now');
    acknowledge(client, (await takeReady(client)).cursor);
    const texts = Array.from({ length: 600 }, (_, index) => `${index}`);
    for (const text of texts) await ada.post(text);
    const firstWindow = await takePosts(client, 256);
    await expect
      .poll(async () => await (await fetch(`${feed.url}/metrics`)).text())
      .toContain('posted_resumable_lagging_connections 1');
    expect(client.received.length).toBe(257);
    acknowledge(client, firstWindow.at(-1)?.cursor);
    const twoWindows = await takePosts(client, 512);
    acknowledge(client, twoWindows.at(-1)?.cursor);
    expect(textsOf(await takePosts(client, 600))).toEqual(texts);
    await postAll(ada, ['live again']);
    expect(textsOf(await takePosts(client, 601)).at(-1)).toBe('live again');
  });

  it('is sent no more than the window that it states, from the first post on, and a heartbeat', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const first = await subscribe(feed, ada, 'since=now&window=2');
    const { cursor, ...ready } = await takeReady(first);
    expect(ready).toEqual({ type: 'ready', resumed: false, window: 2, heartbeatMs: 15_000 });
    first.webSocket.terminate();
    await postAll(ada, ['1', '2', '3']);
    const client = await subscribe(feed, ada, `since=${cursor}&window=2`);
    const posts = await takePosts(client, 2);
    await expect
      .poll(async () => await (await fetch(`${feed.url}/metrics`)).text())
      .toContain('posted_resumable_lagging_connections 1');
    expect(client.received.length).toBe(3);
    acknowledge(client, posts[0]?.cursor);
    expect(textsOf(await takePosts(client, 3))).toEqual(['1', '2', '3']);
  });

  it('is closed with 4420 when a post stays unacknowledged, and loses nothing', async () => {
    const feed = await startFeed({ ACK_TIMEOUT_MS: '200' });
    const ada = await registerUser(feed.url);
    const client = await subscribe(feed, ada, 'since=now');
    const { cursor } = await takeReady(client);
    acknowledge(client, cursor);
    await expect
      .poll(async () => await (await fetch(`${feed.url}/metrics`)).text())
      .toContain('message="ack"} 1');
    await postAll(ada, ['unread']);
    expect((await client.closed).code).toBe(4420);
    expect(textsOf(await takePosts(await subscribe(feed, ada, `since=${cursor}`), 1))).toEqual(['unread']);
  });

  it('is sent a checkpoint when it is quiet', async () => {
    const feed = await startFeed({ CHECKPOINT_INTERVAL_MS: '100' });
    const [ada, bob] = await Promise.all([registerUser(feed.url), registerUser(feed.url)]);
    const client = await subscribe(feed, ada, 'since=now&audience=friends');
    await takeReady(client);
    await postAll(bob, ['not for ada']);
    const frames = await client.take(2);
    const { type, cursor } = JSON.parse(frames[1] ?? '');
    expect(type).toBe('checkpoint');
    const again = await subscribe(feed, ada, `since=${cursor}`);
    expect((await takeReady(again)).resumed).toBe(true);
  });

  it('is sent a newer cursor on every connection, however short and whether or not it missed anything', async () => {
    const feed = await startFeed({ RETENTION_SECONDS: '3' });
    const [ada, bob] = await Promise.all([registerUser(feed.url), registerUser(feed.url)]);
    let { cursor } = await takeReady(await subscribe(feed, ada, 'since=now&audience=friends'));
    for (const startMs = performance.now(); performance.now() < startMs + 6000; ) {
      await postAll(bob, ['not for ada']);
      const client = await subscribe(feed, ada, `since=${cursor}&audience=friends`);
      expect((await takeReady(client)).resumed).toBe(true);
      const checkpoint = JSON.parse((await client.take(2))[1] ?? '');
      expect(checkpoint).toMatchObject({ type: 'checkpoint', cursor: expect.not.stringMatching(cursor) });
      cursor = checkpoint.cursor;
      client.webSocket.terminate();
    }
  }, 20_000);

  it('is reset when a friendship has ended and begun again, and only then', async () => {
    const feed = await startFeed();
    const [ada, bob, cyd] = await Promise.all([1, 2, 3].map(() => registerUser(feed.url)));
    if (ada === undefined || bob === undefined || cyd === undefined)
      throw new Error('three users were not registered');
    for (const user of [bob, cyd]) await ada.befriend(user);
    const { cursor } = await takeReady(await subscribe(feed, ada, 'since=now&audience=friends'));
    await postAll(bob, ['missed']);
    await ada.unfriend(bob);
    const between = `since=${cursor}&audience=friends`;
    const client = await subscribe(feed, ada, between);
    expect((await takeReady(client)).resumed).toBe(true);
    const { cursor: afterEnd } = JSON.parse((await client.take(2))[1] ?? '');
    await ada.befriend(bob);
    await postAll(bob, ['friend again']);
    const reconnected = await subscribe(feed, ada, between);
    expect(JSON.parse((await reconnected.take(2))[1] ?? '')).toEqual(reset('expired'));
    await postAll(cyd, ['live']);
    expect(textsOf(await takePosts(reconnected, 1))).toEqual(['live']);
    const later = await subscribe(feed, ada, `since=${afterEnd}&audience=friends`);
    expect(textsOf(await takePosts(later, 2))).toEqual(['friend again', 'live']);
    const everyone = await subscribe(feed, ada, `since=${cursor}`);
    expect(textsOf(await takePosts(everyone, 3))).toEqual(['missed', 'friend again', 'live']);
  });

  it('replays only posts of current friends, and none from before the friendship', async () => {
    const feed = await startFeed();
    const [ada, bob, cyd] = await Promise.all([1, 2, 3].map(() => registerUser(feed.url)));
    if (ada === undefined || bob === undefined || cyd === undefined)
      throw new Error('three users were not registered');
    await ada.befriend(cyd);
    const { cursor } = await takeReady(await subscribe(feed, ada, 'since=now&audience=friends'));
    await postAll(bob, ['stranger']);
    await postAll(cyd, ['former friend']);
    await ada.befriend(bob);
    await ada.unfriend(cyd);
    await postAll(bob, ['friend']);
    const { body: deleted } = await bob.post('deleted');
    await request(feed.url, 'PUT', `/post/delete/${String(deleted)}`, { token: bob.token });
    for (const restart of [false, true]) {
      if (restart) await feed.server.close();
      const server = restart ? await startFeed({ DATA_DIR: feed.dataDir }) : feed;
      const client = await subscribe(server, ada, `since=${cursor}&audience=friends`);
      await postAll(bob.at(server.url), ['last']);
      expect(textsOf(await takePosts(client, 2)).slice(0, 2)).toEqual(['friend', 'last']);
      if (!restart)
        await request(server.url, 'PUT', `/post/delete/${(await takePosts(client, 2))[1]?.payload.postId}`, {
          token: bob.token,
        });
    }
  });

  it('is sent bye on a shutdown, and then closed with 1012', async () => {
    const feed = await startFeed({ BYE_SPREAD_MS: '500' });
    const ada = await registerUser(feed.url);
    const client = await subscribe(feed, ada, 'since=now');
    const plain = await subscribe(feed, ada, '');
    await takeReady(client);
    await feed.server.close();
    expect((await client.closed).code).toBe(1012);
    const bye = JSON.parse(client.received[1] ?? '');
    expect(bye).toEqual({ type: 'bye', retryAfterMs: expect.any(Number) });
    expect(bye.retryAfterMs).toBeLessThan(500);
    expect(plain.received).toEqual([]);
  });
});
