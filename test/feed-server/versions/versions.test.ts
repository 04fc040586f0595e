import { beforeAll, expect, it } from 'vitest';
import { jwtSecret, makeDataDir, registerUser, request, type TestUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { runMain } from '../../support/server-process.ts';
import { refusedHandshake } from '../../support/websocket.ts';
import { type Node, startNode } from '../faults/node.ts';
import { channel, postAll } from '../resumable-client.ts';
import { buildLaterVersion, type LaterVersion, laterVersion } from './later-version.ts';

const orders = ['this version first', 'the later version first'] as const;
const publishKey = 'a-key-of-another-back-end-for-tests';

describePostgres('a later version on the database of this one', (server) => {
  let later: LaterVersion;
  beforeAll(async () => {
    later = await buildLaterVersion();
    return () => later.remove();
  });

  async function startBoth(order: (typeof orders)[number]) {
    const env = {
      DATABASE_URL: await server().createDatabase(),
      BYE_SPREAD_MS: '100',
      PUBLISH_KEYS: `billing=${publishKey}`,
    };
    const start = {
      thisVersion: () => startNode(env),
      laterVersion: () => startNode(env, [], later.folder),
    };
    if (order === 'this version first') {
      const older = await start.thisVersion();
      return { env, older, newer: await start.laterVersion() };
    }
    const newer = await start.laterVersion();
    return { env, older: await start.thisVersion(), newer };
  }

  it.each(orders)(
    'stops this one with an event that it must know, and serves its clients (%s)',
    async (order) => {
      const { env, older, newer } = await startBoth(order);
      const [ada, bob] = [await registerUser(older.url), await registerUser(older.url, 'Bob')];
      const resumable = await older.subscribe(ada, 'since=now&audience=friends');
      const plain = await older.subscribe(ada, '');
      await resumable.take(1);
      await postAll(ada, ['before']);
      await expect.poll(plain.texts).toEqual(['before']);

      expect(await ada.at(newer.url).befriend(bob)).toMatchObject({ status: 200 });
      for (const { closed } of [resumable, plain]) expect(await closed).toMatchObject({ code: 1013 });
      expect(resumable.frames().at(-1)).toMatchObject({ type: 'bye', retryAfterMs: expect.any(Number) });
      await expect.poll(older.readyz).toBe(503);
      expect(older.stderr()).toMatch(
        new RegExp(`"level":"error".*"kind":"follow","requires":"${laterVersion}"`),
      );
      expect(await handshakeOf(older, ada)).toMatchObject({ status: 503 });

      expect(await newer.readyz()).toBe(200);
      const moved = await newer.subscribe(ada, `since=${resumable.cursor()}&audience=friends`);
      await postAll(bob.at(newer.url), ['after']);
      await expect.poll(moved.texts).toEqual(['after']);

      // It cannot know what that event has changed before it started.
      const DATA_DIR = await makeDataDir();
      const { code, stderr } = await runMain([], { ...env, JWT_SECRET: jwtSecret, PORT: '0', DATA_DIR });
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(laterVersion) });
    },
  );

  it.each(orders)(
    'takes over the clients that subscribed to a message that this one does not know (%s)',
    async (order) => {
      const { older, newer } = await startBoth(order);
      const [ada, bob] = [await registerUser(older.url), await registerUser(older.url, 'Bob')];
      const resumable = await older.subscribe(ada, 'since=now');
      // She has no friends: the message is not for this connection.
      const friendless = await older.subscribe(ada, 'since=now&audience=friends');
      const plain = await older.subscribe(ada, '');
      for (const subscriber of [resumable, friendless]) await subscriber.take(1);
      await postAll(bob, ['before']);
      await postAll(bob.at(newer.url), ['from there']);
      await expect.poll(resumable.texts).toEqual(['before', 'from there']);

      await publishPoll(newer, bob);
      expect(await resumable.closed).toMatchObject({ code: 1013 });
      expect(resumable.frames().at(-1)).toMatchObject({ type: 'bye', retryAfterMs: expect.any(Number) });
      await postAll(ada, ['after']);
      await expect.poll(plain.texts).toEqual(['before', 'from there', 'after']);
      expect(await older.readyz()).toBe(200);
      expect(older.stderr()).toMatch(/"level":"warn".*"message":"poll"/);
      expect(older.stderr()).not.toMatch(/"level":"error"/);

      // A replay stops before it, wherever the client reconnects to this version.
      const again = await older.subscribe(ada, `since=${resumable.cursor()}`);
      expect(await again.closed).toMatchObject({ code: 1013 });
      expect(again.frames().map(({ type }) => type)).toEqual(['ready', 'bye']);

      const moved = await newer.subscribe(ada, `since=${resumable.cursor()}`);
      await expect.poll(() => moved.frames().map(({ type }) => type)).toEqual(['ready', 'poll', 'post']);
      // Clients that have passed it, and those that cannot see it, stay with this version.
      const passed = await older.subscribe(ada, `since=${moved.cursor()}`);
      await postAll(ada, ['last']);
      await expect.poll(passed.texts).toEqual(['last']);
      expect(friendless.webSocket.readyState).toBe(friendless.webSocket.OPEN);
    },
  );
});

async function publishPoll({ url }: Node, { id }: TestUser): Promise<void> {
  const body = { channel: 'postFeedPosted', message: 'poll', topic: id, payload: { question: 'Tea?' } };
  expect(await request(url, 'POST', '/publish', { token: publishKey, body })).toMatchObject({ status: 200 });
}

function handshakeOf({ url }: Node, { token }: TestUser) {
  return refusedHandshake(`${url.replace(/^http/, 'ws')}${channel}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
}
