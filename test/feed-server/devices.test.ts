import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { PostMessage } from '../../generated/asyncapi/models.ts';
import { registerUser, startFeed, type TestUser } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import type { TestClient } from '../support/websocket.ts';
import { acknowledge, postAll, subscribe, takePosts, textsOf } from './resumable-client.ts';

type Feed = Awaited<ReturnType<typeof startFeed>>;

/** Resolves with two nodes of one feed, or with the same one twice. */
type StartNodes = () => Promise<readonly [Feed, Feed]>;

const phone = 'since=acked&device=phone';

/** Acks are stored after half a second. */
const storedMs = 1000;

async function start(startNodes: StartNodes) {
  const [first, second] = await startNodes();
  const ada = await registerUser(first.url);
  const connect = (feed: Feed, instance: string) =>
    subscribe(feed, ada, instance === '' ? phone : `${phone}&instance=${instance}`);
  return { first, second, ada, connect };
}

async function expectPosts(client: TestClient, ...texts: readonly string[]): Promise<readonly PostMessage[]> {
  const posts = await takePosts(client, texts.length);
  expect(textsOf(posts)).toEqual(texts);
  return posts;
}

const replaced = { code: 4409, reason: 'replaced by another client with the same device' };

function isOpen({ webSocket }: TestClient): boolean {
  return webSocket.readyState === webSocket.OPEN;
}

function describeDevice(startNodes: StartNodes): void {
  it('belongs to the newest of two clients, and the other one cannot acknowledge for it', async () => {
    const { first, second, ada, connect } = await start(startNodes);
    const one = await connect(first, 'one.1');
    await one.take(1);
    await postAll(ada, ['a', 'b']);
    const posts = await expectPosts(one, 'a', 'b');
    const two = await connect(second, 'two.1');
    acknowledge(one, posts.at(-1)?.cursor);
    await expectPosts(two, 'a', 'b');
    expect(await one.closed).toEqual(replaced);
    await wait(storedMs);
    const again = await connect(first, 'two.2');
    expect(await two.closed).toEqual(replaced);
    const [a] = await expectPosts(again, 'a', 'b');
    acknowledge(again, a?.cursor);
    await wait(storedMs);
    await expectPosts(await connect(second, 'two.3'), 'b');
  });

  it('belongs to the last attempt of a client, even if an earlier one arrives later', async () => {
    const { first, second, ada, connect } = await start(startNodes);
    const last = await connect(first, 'one.2');
    const delayed = await connect(second, 'one.1');
    expect(await delayed.closed).toEqual(replaced);
    expect(delayed.received).toEqual([]);
    await postAll(ada, ['after']);
    await expectPosts(last, 'after');
    await wait(storedMs);
    expect(isOpen(last)).toBe(true);
  });

  it('can be taken back by a client that connects again', async () => {
    const { first, second, ada, connect } = await start(startNodes);
    const one = await connect(first, 'one.7');
    const two = await connect(second, 'two.1');
    expect(await one.closed).toEqual(replaced);
    const three = await connect(first, 'one.8');
    expect(await two.closed).toEqual(replaced);
    await postAll(ada, ['after']);
    await expectPosts(three, 'after');
  });

  it.each([
    ['before', ['', 'one.1']],
    ['after', ['one.1', '']],
  ] as const)('is shared with an older client that connects %s', async (_, instances) => {
    const { first, second, ada, connect } = await start(startNodes);
    const clients = [await connect(first, instances[0]), await connect(second, instances[1])] as const;
    for (const client of clients) await client.take(1);
    await postAll(ada, ['a', 'b']);
    for (const client of clients) await expectPosts(client, 'a', 'b');
    const [low, high] = clients;
    acknowledge(low, (await takePosts(low, 1))[0]?.cursor);
    acknowledge(high, (await takePosts(high, 2))[1]?.cursor);
    await wait(storedMs);
    expect(clients.map(isOpen)).toEqual([true, true]);
    await postAll(ada, ['c']);
    await expectPosts(await connect(first, ''), 'c');
    await expectPosts(await connect(second, 'one.2'), 'c');
  });
}

async function startTwice(): Promise<readonly [Feed, Feed]> {
  const feed = await startFeed();
  return [feed, feed];
}

describe('a device in the embedded store', () => {
  describeDevice(startTwice);
});

describePostgres('a device on several nodes', (server) => {
  describeDevice(async () => {
    const DATABASE_URL = await server().createDatabase();
    return [await startFeed({ DATABASE_URL }), await startFeed({ DATABASE_URL })];
  });
});

describe('two devices', () => {
  it('of a user, and devices of the same name of two users, have a connection each', async () => {
    const feed = await startFeed();
    const [ada, bob] = [await registerUser(feed.url), await registerUser(feed.url)];
    const open = (user: TestUser, device: string) =>
      subscribe(feed, user, `since=acked&device=${device}&instance=one.1`);
    const clients = [await open(ada, 'phone'), await open(ada, 'desk'), await open(bob, 'phone')];
    for (const client of clients) await client.take(1);
    await postAll(ada, ['hello']);
    for (const client of clients) await expectPosts(client, 'hello');
    expect(clients.map(isOpen)).toEqual([true, true, true]);
  });
});
