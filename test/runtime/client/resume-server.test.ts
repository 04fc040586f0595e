import { describe, expect, it } from 'vitest';
import { memoryCursor } from '../../../src/runtime/client/index.ts';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { startRestartableFeed } from '../../support/restartable-feed.ts';
import { type FeedOptions, openFeed } from './resume-feed.ts';
import { soon } from './soon.ts';

const texts = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);

describe('a client of a feed server', () => {
  it('receives every post once, in order, across restarts with posts in between', async () => {
    const server = await startRestartableFeed();
    const { delivered, statuses, errors } = openFeed(server.socketUrl, {
      auth: server.author.token,
      on: {
        // Slow, so that posts are queued when the connection is lost.
        async post({ payload }) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          delivered.push(payload.postText);
        },
      },
    });
    const opened = () => statuses.filter(({ state }) => state === 'open').length;
    await expect.poll(opened, soon).toBe(1);
    const all: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const [online, away] = [texts(`online ${round}`, 20), texts(`away ${round}`, 20)];
      all.push(...online, ...away);
      await server.post(online);
      await server.restart('other port');
      await server.post(away);
      await server.restart('same port');
      await expect.poll(opened, soon).toBe(round + 2);
    }
    await expect.poll(() => delivered.length, soon).toBeGreaterThanOrEqual(all.length);
    expect(delivered).toEqual(all);
    expect(errors).toEqual([]);
  });

  it.each<[where: string, options: () => FeedOptions]>([
    ['from its saved cursor', () => ({ cursor: memoryCursor() })],
    ['from its last ack', () => ({ query: { since: 'acked', device: 'phone' } })],
  ])('that was disconnected continues %s', async (_, makeOptions) => {
    const { url, socketUrl } = await startFeed();
    const author = await registerUser(url);
    const options = { auth: author.token, ...makeOptions() };
    const first = openFeed(socketUrl, options);
    await expect.poll(() => first.statuses.at(-1)?.state, soon).toBe('open');
    await author.post('one');
    await author.post('two');
    await expect.poll(() => first.delivered, soon).toEqual(['one', 'two']);
    first.client.close();
    await first.client.closed;
    await author.post('three');
    const second = openFeed(socketUrl, options);
    await expect.poll(() => second.delivered, soon).toEqual(['three']);
  });
});
