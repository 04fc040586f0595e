import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { openLossyProxy } from '../../support/lossy-proxy.ts';
import { type FeedOptions, openFeed } from './resume-feed.ts';
import { soon } from './soon.ts';

const query = { since: 'acked', device: 'phone' } as const;
const reason = 'replaced by another client with the same device';

/** Acks are stored after half a second. */
const storedMs = 1000;

async function start() {
  const { url, socketUrl } = await startFeed();
  const author = await registerUser(url);
  const open = async (options: FeedOptions = {}, to = socketUrl) => {
    const feed = openFeed(to, { auth: author.token, query, ...options });
    await feed.client.opened;
    return feed;
  };
  return { socketUrl, author, open };
}

describe('two clients with one device', () => {
  it('replace each other for good, and the second receives everything that the first has not processed', async () => {
    const { author, open } = await start();
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    const first = await open({
      on: {
        async post({ payload }) {
          seen.push(payload.postText);
          if (payload.postText === 'two') await gate.promise;
        },
      },
    });
    for (const text of ['one', 'two', 'three']) await author.post(text);
    await expect.poll(() => seen, soon).toEqual(['one', 'two']);
    await wait(storedMs);

    const second = await open();
    await expect.poll(() => second.delivered, soon).toEqual(['two', 'three']);
    gate.resolve();
    await expect(first.client.closed).rejects.toMatchObject({
      code: 'closed',
      closeCode: 4409,
      message: `The connection was closed with 4409: ${reason}.`,
    });
    expect(first.statuses.at(-1)).toMatchObject({ state: 'closed', code: 4409, reason });
    expect(first.errors).toMatchObject([{ code: 'closed', closeCode: 4409 }]);

    await author.post('four');
    await expect.poll(() => second.delivered, soon).toEqual(['two', 'three', 'four']);
    await wait(100);
    expect(first.statuses.filter(({ state }) => state === 'connecting')).toHaveLength(1);
    expect(second.statuses.map(({ state }) => state)).toEqual(['connecting', 'open']);
    expect(second.errors).toEqual([]);
  });
});

describe('a client with a device', () => {
  it('replaces its own connection whose loss the server has not noticed, and receives every post once', async () => {
    const { socketUrl, author, open } = await start();
    const proxy = await openLossyProxy(socketUrl);
    const { delivered, statuses, errors } = await open({}, proxy.url);
    for (let round = 1; round <= 3; round += 1) {
      await author.post(`online ${round}`);
      await expect.poll(() => delivered.at(-1), soon).toBe(`online ${round}`);
      proxy.lose();
      await author.post(`away ${round}`);
      await expect.poll(() => delivered.at(-1), soon).toBe(`away ${round}`);
      await expect.poll(() => proxy.lostOutput().split(reason).length - 1, soon).toBe(round);
    }
    expect(delivered).toEqual([1, 2, 3].flatMap((round) => [`online ${round}`, `away ${round}`]));
    expect(statuses.at(-1)).toEqual({ state: 'open' });
    expect(errors).toEqual([]);
  });

  it('keeps it when the handshake of an earlier attempt arrives late', async () => {
    const { socketUrl, author, open } = await start();
    const proxy = await openLossyProxy(socketUrl);
    const release = proxy.holdNext();
    const { delivered, statuses, errors } = await open(
      { connectTimeoutMs: 500, transport: 'websocket' },
      proxy.url,
    );
    expect(statuses.map(({ state }) => state)).toContain('waiting');
    release();
    await expect.poll(() => proxy.lostOutput(), soon).toContain(reason);
    await author.post('after');
    await expect.poll(() => delivered, soon).toEqual(['after']);
    expect(statuses.at(-1)).toEqual({ state: 'open' });
    expect(errors).toEqual([]);
  });
});
