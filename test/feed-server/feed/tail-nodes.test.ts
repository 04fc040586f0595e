import { expect, it, onTestFinished } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../src/feed-server/feed/cursor.ts';
import { jwtSecret, makeDataDir, registerUser, request, startFeed } from '../../support/feed-server.ts';
import { describePostgres, type PostgresServer } from '../../support/postgres.ts';
import { spawnServer } from '../../support/server-process.ts';
import { bearer, connectClient, refusedHandshake, type TestClient } from '../../support/websocket.ts';

const foreignCursor = 'AAECAwQFBgcICQoLDA0ODwAAAAAAKg';

function subscribe(url: string, { token }: { readonly token: string }, query: string): Promise<TestClient> {
  return connectClient(`${url.replace(/^http/, 'ws')}/post/feed/posted?${query}`, bearer(token));
}

interface Frame {
  readonly type: string;
  readonly reason?: string;
  readonly cursor: string;
  readonly payload?: { readonly postText: string };
}

async function takeFrames(client: TestClient, count: number): Promise<readonly Frame[]> {
  return (await client.take(count)).map((frame) => JSON.parse(frame));
}

async function takeNext(client: TestClient, after: readonly Frame[]): Promise<Frame> {
  return (await takeFrames(client, after.length + 1)).at(-1) as Frame;
}

async function readHead(server: PostgresServer, url: string): Promise<number> {
  const [row] = await server.query(url, 'select seq::integer from head');
  return Number(row?.seq);
}

async function readFloor(server: PostgresServer, url: string): Promise<number> {
  const [row] = await server.query(url, 'select floor_seq::integer as floor from meta');
  return Number(row?.floor);
}

describePostgres('nodes that share a log', (server) => {
  it('send resets and continue when another node pruned events that they had not read', async () => {
    const shared = { DATABASE_URL: await server().createDatabase(), JWT_SECRET: jwtSecret };
    const env = { ...shared, RETENTION_SECONDS: '1' };
    const [here, there] = await Promise.all([
      startFeed(env),
      spawnServer({ ...env, DATA_DIR: await makeDataDir() }),
    ]);
    const [ada, bob, eve] = await Promise.all(
      ['Ada', 'Bob', 'Eve'].map((name) => registerUser(here.url, name)),
    );
    if (ada === undefined || bob === undefined || eve === undefined)
      throw new Error('three users were not registered');
    await bob.befriend(eve);
    const everyone = await subscribe(there.url, ada, 'since=now');
    const friends = await subscribe(there.url, bob, 'since=now&audience=friends');
    await ada.post('before');
    await takeFrames(everyone, 2);

    there.process.kill('SIGSTOP');
    onTestFinished(() => void there.process.kill('SIGCONT'));
    await ada.post('missed');
    await bob.befriend(ada);
    await bob.unfriend(eve);
    const head = await readHead(server(), shared.DATABASE_URL);
    await expect.poll(() => readFloor(server(), shared.DATABASE_URL), { timeout: 10_000 }).toBe(head);
    there.process.kill('SIGCONT');

    const expired = { type: 'reset', reason: 'expired', cursor: expect.any(String) };
    expect((await takeFrames(everyone, 3)).at(-1)).toEqual(expired);
    expect((await takeFrames(friends, 2)).at(-1)).toEqual(expired);
    await eve.post('of a former friend');
    await ada.post('of a new friend');
    expect((await takeFrames(everyone, 5)).slice(3)).toMatchObject([
      { payload: { postText: 'of a former friend' } },
      { payload: { postText: 'of a new friend' } },
    ]);
    expect((await takeFrames(friends, 3)).at(-1)).toMatchObject({ payload: { postText: 'of a new friend' } });
  });

  it('send a new connection no earlier posts, however far behind they are', async () => {
    const shared = { DATABASE_URL: await server().createDatabase(), JWT_SECRET: jwtSecret };
    const [here, there] = await Promise.all([
      startFeed(shared),
      spawnServer({ ...shared, DATA_DIR: await makeDataDir() }),
    ]);
    const ada = await registerUser(here.url);
    there.process.kill('SIGSTOP');
    onTestFinished(() => void there.process.kill('SIGCONT'));
    await ada.post('before');
    const connecting = Promise.all([
      subscribe(there.url, ada, 'audience=everyone'),
      subscribe(there.url, ada, 'since=now'),
    ]);
    there.process.kill('SIGCONT');
    const [plain, resumable] = await connecting;
    await ada.post('after');
    expect((await takeFrames(plain, 1))[0]).toMatchObject({ payload: { postText: 'after' } });
    expect((await takeFrames(resumable, 2))[1]).toMatchObject({ payload: { postText: 'after' } });
  });

  it('replay the current version of posts that another node changed, within seconds', async () => {
    const DATABASE_URL = await server().createDatabase();
    const [here, there] = await Promise.all([startFeed({ DATABASE_URL }), startFeed({ DATABASE_URL })]);
    const ada = await registerUser(here.url);
    const client = await subscribe(there.url, ada, 'since=now');
    const [ready] = await takeFrames(client, 1);
    const { body: deleted } = await ada.post('to be deleted');
    const { body: changed } = await ada.post('to be changed');
    await takeFrames(client, 3);
    await request(here.url, 'PUT', `/post/delete/${String(deleted)}`, { token: ada.token });
    const body = { id: changed, text: 'changed' };
    await request(here.url, 'PUT', '/post/update', { token: ada.token, body });
    const replayFirst = async (): Promise<string | undefined> => {
      const again = await subscribe(there.url, ada, `since=${ready?.cursor}`);
      const text = (await takeFrames(again, 2)).at(-1)?.payload?.postText;
      again.webSocket.terminate();
      return text;
    };
    await expect.poll(replayFirst, { timeout: 20_000, interval: 500 }).toBe('changed');
  });

  it('follow a new history while they run, and send resets', async () => {
    const DATABASE_URL = await server().createDatabase();
    const [here, there] = await Promise.all([startFeed({ DATABASE_URL }), startFeed({ DATABASE_URL })]);
    const ada = await registerUser(here.url);
    const client = await subscribe(there.url, ada, 'since=now');
    await ada.post('old');
    const old = await takeFrames(client, 2);
    const epoch = '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11';
    await server().query(DATABASE_URL, `update meta set epoch = '${epoch}'`);
    const reset = await takeNext(client, old);
    expect(reset).toMatchObject({ type: 'reset', reason: 'epoch' });
    expect(decodeCursor(reset.cursor)?.epoch).toBe(epoch);
    // An ack that was on its way when the history changed.
    client.webSocket.send(JSON.stringify({ type: 'ack', cursor: old[1]?.cursor }));
    await ada.post('new');
    const post = await takeNext(client, [...old, reset]);
    expect(post).toMatchObject({ payload: { postText: 'new' } });

    for (const { url } of [here, there]) {
      const [ready, replayed] = await takeFrames(await subscribe(url, ada, `since=${reset.cursor}`), 2);
      expect([ready, replayed]).toMatchObject([{ type: 'ready', resumed: true }, { cursor: post.cursor }]);
      const [, secondReset] = await takeFrames(await subscribe(url, ada, `since=${old[0]?.cursor}`), 2);
      expect(secondReset).toMatchObject({ type: 'reset', reason: 'epoch' });
    }
  });

  it('refuse handshakes with 503, instead of sending resets, while the log cannot be read', async () => {
    const DATABASE_URL = await server().createDatabase();
    const feed = await startFeed({ DATABASE_URL });
    const ada = await registerUser(feed.url);
    const [ready] = await takeFrames(await subscribe(feed.url, ada, 'since=now'), 1);
    const { epoch = '', seq = 0 } = decodeCursor(ready?.cursor ?? '') ?? {};
    await server().kill();
    // Another node may have issued it.
    const ahead = encodeCursor({ epoch, seq: seq + 1 });
    for (const since of [ahead, foreignCursor]) {
      const url = `${feed.socketUrl}/post/feed/posted?since=${since}`;
      expect(await refusedHandshake(url, bearer(ada.token))).toMatchObject({ status: 503 });
    }
    await server().start();
    await expect
      .poll(async () => (await request(feed.url, 'GET', '/readyz')).status, { timeout: 10_000 })
      .toBe(200);
    const [, reset] = await takeFrames(await subscribe(feed.url, ada, `since=${ahead}`), 2);
    expect(reset).toMatchObject({ type: 'reset', reason: 'future' });
  });

  it('log once that the log cannot be read', async () => {
    const feed = await startFeed({ DATABASE_URL: await server().createDatabase() });
    const ada = await registerUser(feed.url);
    await server().kill();
    const url = `${feed.socketUrl}/post/feed/posted?since=${foreignCursor}`;
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await refusedHandshake(url, bearer(ada.token))).toMatchObject({ status: 503 });
    }
    await server().start();
    const messages = feed.logged.map(([, , message]) => message);
    expect(messages.filter((message) => message === 'cannot read the log; trying again')).toHaveLength(1);
  });

  it('send a device a reset on each connection until it acknowledges the new cursor', async () => {
    const DATABASE_URL = await server().createDatabase();
    const feed = await startFeed({ DATABASE_URL, RETENTION_SECONDS: '1' });
    const ada = await registerUser(feed.url);
    const query = 'since=acked&device=phone';
    const first = await subscribe(feed.url, ada, query);
    await ada.post('seen');
    const seen = await takeFrames(first, 2);
    first.webSocket.send(JSON.stringify({ type: 'ack', cursor: seen[1]?.cursor }));
    first.webSocket.close();
    await ada.post('missed');
    const head = await readHead(server(), DATABASE_URL);
    await expect.poll(() => readFloor(server(), DATABASE_URL), { timeout: 10_000 }).toBe(head);
    const cursors: string[] = [];
    for (const _ of ['first', 'second']) {
      const again = await subscribe(feed.url, ada, query);
      const [, reset] = await takeFrames(again, 2);
      expect(reset).toMatchObject({ type: 'reset', reason: 'expired' });
      cursors.push(reset?.cursor ?? '');
      again.webSocket.terminate();
      await again.closed;
    }
    const third = await subscribe(feed.url, ada, query);
    third.webSocket.send(JSON.stringify({ type: 'ack', cursor: cursors[1] }));
    await ada.post('next');
    expect((await takeFrames(third, 3)).at(-1)).toMatchObject({ payload: { postText: 'next' } });
  });
});
