import { describe, expect, it } from 'vitest';
import type { PostMessage, ReadyMessage } from '../../generated/asyncapi/models.ts';
import { registerUser, request, startFeed, type TestUser } from '../support/feed-server.ts';
import { runNode } from '../support/server-process.ts';
import { bearer, connectClient, refusedHandshake, type TestClient } from '../support/websocket.ts';

const channel = '/post/feed/posted';
const foreignCursor = 'AAECAwQFBgcICQoLDA0ODwAAAAAAKg';

type Feed = Awaited<ReturnType<typeof startFeed>>;

function subscribe({ socketUrl }: Feed, { token }: TestUser, query: string): Promise<TestClient> {
  return connectClient(`${socketUrl}${channel}?${query}`, bearer(token));
}

async function takeReady(client: TestClient): Promise<ReadyMessage> {
  const [frame = ''] = await client.take(1);
  const ready = JSON.parse(frame);
  expect(ready.type).toBe('ready');
  return ready;
}

/** The first `count` frames after `ready`. */
async function takePosts(client: TestClient, count: number): Promise<readonly PostMessage[]> {
  return (await client.take(count + 1)).slice(1).map((frame) => JSON.parse(frame));
}

function textsOf(posts: readonly PostMessage[]): readonly string[] {
  return posts.map(({ payload }) => payload.postText);
}

function acknowledge(client: TestClient, cursor: string | undefined): void {
  client.webSocket.send(JSON.stringify({ type: 'ack', cursor }));
}

async function postAll(author: TestUser, texts: readonly string[]): Promise<void> {
  for (const text of texts) expect((await author.post(text)).status).toBe(200);
}

async function takeReset(client: TestClient): Promise<unknown> {
  expect((await takeReady(client)).resumed).toBe(false);
  return JSON.parse((await client.take(2))[1] ?? '');
}

function reset(reason: string) {
  return { type: 'reset', reason, cursor: expect.any(String) };
}

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

describe('a cursor', () => {
  it('from another history causes a reset, and the connection goes live', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const client = await subscribe(feed, ada, `since=${foreignCursor}`);
    expect(await takeReset(client)).toEqual(reset('epoch'));
    await postAll(ada, ['live']);
    expect(JSON.parse((await client.take(3))[2] ?? '').payload.postText).toBe('live');
  });

  it('from before an operator bumped the epoch causes a reset', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const { cursor } = await takeReady(await subscribe(feed, ada, 'since=now'));
    await feed.server.close();
    const bumped = await runNode(['src/feed-server/commands/bump-epoch.ts'], { DATA_DIR: feed.dataDir });
    expect([bumped.code, bumped.stdout]).toEqual([0, expect.stringContaining('The log has a new history')]);
    const after = await startFeed({ DATA_DIR: feed.dataDir });
    expect(await takeReset(await subscribe(after, ada, `since=${cursor}`))).toEqual(reset('epoch'));
  });

  it('older than the retention time causes a reset, not a partial replay', async () => {
    const feed = await startFeed({ RETENTION_SECONDS: '1' });
    const ada = await registerUser(feed.url);
    const { cursor } = await takeReady(await subscribe(feed, ada, 'since=now'));
    await postAll(ada, ['1', '2']);
    await expect
      .poll(
        async () => {
          const client = await subscribe(feed, ada, `since=${cursor}`);
          return JSON.parse((await client.take(2))[1] ?? '').type;
        },
        { timeout: 10_000, interval: 300 },
      )
      .toBe('reset');
  });

  it('ahead of the log causes a reset', async () => {
    const [feed, ahead] = [await startFeed(), await startFeed()];
    const ada = await registerUser(feed.url);
    const bytes = Buffer.from((await takeReady(await subscribe(feed, ada, 'since=now'))).cursor, 'base64url');
    bytes.writeUIntBE(1000, 16, 6);
    const future = bytes.toString('base64url');
    expect(await takeReset(await subscribe(feed, ada, `since=${future}`))).toEqual(reset('future'));
    const other = await registerUser(ahead.url);
    expect(await takeReset(await subscribe(ahead, other, `since=${future}`))).toEqual(reset('epoch'));
  });
});

describe('a client that resumes incorrectly', () => {
  it.each([
    ['since=yesterday', '/since must match pattern'],
    ['since=acked', "must have required property 'device'"],
    ['device=phone', 'must have property since when property device is present'],
    ['since=now&device=my%20phone', '/device must match pattern'],
  ])('is refused with the query %s', async (query, message) => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const refused = await refusedHandshake(`${feed.socketUrl}${channel}?${query}`, bearer(ada.token));
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { message: expect.stringContaining(message) },
    ]);
  });

  it('is closed with 4400 when its ack is invalid', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const plain = await subscribe(feed, ada, '');
    acknowledge(plain, foreignCursor);
    expect(await plain.closed).toEqual({
      code: 4400,
      reason: 'only connections opened with `since` can acknowledge',
    });
    const foreign = await subscribe(feed, ada, 'since=now');
    acknowledge(foreign, foreignCursor);
    expect(await foreign.closed).toEqual({ code: 4400, reason: 'the cursor is not from this log' });
    const early = await subscribe(feed, ada, 'since=now');
    const bytes = Buffer.from((await takeReady(early)).cursor, 'base64url');
    bytes.writeUIntBE(1000, 16, 6);
    acknowledge(early, bytes.toString('base64url'));
    expect(await early.closed).toEqual({
      code: 4400,
      reason: 'this connection never received that cursor',
    });
  });
});
