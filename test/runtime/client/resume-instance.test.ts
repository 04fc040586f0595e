import { describe, expect, it } from 'vitest';
import { type PostFeedPostedClient, postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { connect as connectBrowser } from '../../../src/runtime/client/browser.ts';
import { connect as connectNode } from '../../../src/runtime/client/node.ts';
import { startChatServer } from './chat-server.ts';
import { type FeedOptions, instanceOf, openFeed, sinceOf, windowOf } from './resume-feed.ts';

const device = { device: 'phone' } as const;

/** Refuses what a server of an earlier version does not know. */
const refuse = ({ url = '' }) => (/[?&](window|instance)=/.test(url) ? { status: 400 } : undefined);

type Roles = Partial<Record<'window' | 'device' | 'instance', string | undefined>>;

/** Opens a client of the feed whose contract has other names of query parameters, and returns its handshakes. */
async function handshakesOf(roles: Roles, closes = 1, isOld = false) {
  const server = await startChatServer(isOld ? { refuse } : {});
  const { window, device: deviceName, instance, ...others } = postFeedPosted.resume ?? fail();
  const named = Object.entries({ window, device: deviceName, instance, ...roles }).filter(
    ([, name]) => name !== undefined,
  );
  const channel = { ...postFeedPosted, resume: { ...others, ...Object.fromEntries(named) } };
  const client: PostFeedPostedClient = connectNode(channel, {
    url: server.url,
    auth: 'token',
    query: device,
    reconnect: { baseMs: 1, maxMs: 10 },
    onError: () => {},
  });
  for (let count = 0; count < closes; count += 1) (await server.nextConnection()).close(1012);
  await client[Symbol.asyncDispose]();
  return server.handshakes;
}

function fail(): never {
  throw new Error('The channel is not resumable.');
}

describe.each([
  ['Node', connectNode],
  ['browsers', connectBrowser],
])('a client with a device and the WebSocket of %s', (_, connect) => {
  it('claims it on every connection, with the same random name and a higher number', async () => {
    const server = await startChatServer();
    openFeed(server.url, { query: device }, 'post', connect);
    for (let count = 0; count < 2; count += 1) (await server.nextConnection()).close(1012);
    await server.nextConnection();
    const [first, ...others] = instanceOf(server.handshakes);
    const name = first?.name;
    expect(first).toEqual({ name: expect.stringMatching(/./), attempt: 1 });
    expect(others).toEqual([
      { name, attempt: 2 },
      { name, attempt: 3 },
    ]);
  });
});

describe('the instance of a client', () => {
  it('has a higher number after an attempt that failed', async () => {
    let failures = 2;
    const server = await startChatServer({
      refuse: () => (failures-- > 0 ? { status: 503 } : undefined),
    });
    openFeed(server.url, { query: device });
    await server.nextConnection();
    expect(instanceOf(server.handshakes)).toMatchObject([{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }]);
  });

  it('has another name than that of another client', async () => {
    const server = await startChatServer();
    for (let count = 0; count < 2; count += 1) {
      openFeed(server.url, { query: device });
      await server.nextConnection();
    }
    const names = instanceOf(server.handshakes).map((instance) => instance?.name);
    expect(new Set(names).size).toBe(2);
  });

  it.each<[what: string, options: FeedOptions]>([
    ['a device', {}],
    ['resuming', { resume: false }],
  ])('is not stated without %s', async (_, options) => {
    const server = await startChatServer();
    openFeed(server.url, options);
    await server.nextConnection();
    expect(instanceOf(server.handshakes)).toEqual([null]);
  });

  it('is that of the application, if it states one', async () => {
    const server = await startChatServer();
    const instance = 'abcdefghijklmnopqrstuvwxyz.7';
    openFeed(server.url, { query: { ...device, instance } });
    (await server.nextConnection()).close(1012);
    await server.nextConnection();
    const stated = { name: 'abcdefghijklmnopqrstuvwxyz', attempt: 7 };
    expect(instanceOf(server.handshakes)).toEqual([stated, stated]);
  });

  it('is left out even if the application states it', async () => {
    const server = await startChatServer({ refuse });
    openFeed(server.url, { query: { ...device, instance: 'mine.1', window: 16 } });
    await server.nextConnection();
    const last = new URL(server.handshakes.at(-1)?.url ?? '', server.url);
    expect(Object.fromEntries(last.searchParams)).toEqual({ ...device, since: 'now' });
  });

  it('is left out together with the window, once, if the server refuses them', async () => {
    const server = await startChatServer({ refuse });
    const { errors } = openFeed(server.url, { query: device });
    (await server.nextConnection()).close(1012);
    await server.nextConnection();
    expect(windowOf(server.handshakes)).toEqual(['256', null, '256', null]);
    expect(instanceOf(server.handshakes)).toMatchObject([{ attempt: 1 }, null, { attempt: 2 }, null]);
    expect([sinceOf(server.handshakes), errors]).toEqual([['now', 'now', 'now', 'now'], []]);
  });

  it('is left out once by a client whose contract has no window', async () => {
    const handshakes = await handshakesOf({ window: undefined }, 2, true);
    expect(windowOf(handshakes)).toEqual([null, null, null, null]);
    expect(instanceOf(handshakes)).toMatchObject([{ attempt: 1 }, null, { attempt: 2 }, null]);
  });

  it('is unknown to a client whose contract does not name it', async () => {
    const handshakes = await handshakesOf({ device: undefined, instance: undefined }, 2);
    expect(instanceOf(handshakes)).toEqual([null, null]);
    expect(windowOf(handshakes)).toEqual(['256', '256']);
  });
});
