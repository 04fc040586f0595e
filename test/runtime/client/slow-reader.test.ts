import { describe, expect, it } from 'vitest';
import type { PostMessage } from '../../../generated/asyncapi/models.ts';
import { connect } from '../../../src/runtime/client/browser.ts';
import { memoryCursor } from '../../../src/runtime/client/index.ts';
import { startChannel } from '../../support/channel.ts';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { type NewsClient, news } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openClient } from './open-chat.ts';
import { openFeed } from './resume-feed.ts';
import { soon } from './soon.ts';

const lost = {
  code: 'slow_consumer',
  message: expect.stringContaining('messages in between may be missing'),
};

/** A client that handles nothing until `release`. */
function openBlocked(url: string) {
  const gate = Promise.withResolvers<void>();
  const opened = openClient<NewsClient, never>(
    news as never,
    {
      url,
      maxWaitingMessages: 4,
      on: { post: () => gate.promise },
    } as never,
  );
  return { ...opened, release: () => gate.resolve() };
}

describe('a client in Node that reads too slowly, on a channel that is not resumable', () => {
  it('is told that messages may be missing when the server has cut it off', async () => {
    const { url, publish, observed } = await startChannel(
      news,
      {},
      { maxBufferedBytes: 65_536, closeTimeoutMs: 20 },
    );
    const { errors, reaches, release } = openBlocked(url);
    await reaches('open');
    const text = 'x'.repeat(65_536);
    while (publish('post', { type: 'post', text }) > 0) await new Promise((resolve) => setImmediate(resolve));
    await expect.poll(() => observed.some(([name]) => name === 'connectionClosed'), soon).toBe(true);
    release();
    await reaches('open', 2);
    expect(errors).toMatchObject([lost]);
  });

  it('is told so when the server says that it is too slow', async () => {
    const server = await startChatServer();
    const { errors, reaches } = openBlocked(server.url);
    (await server.nextConnection()).close(4420);
    await reaches('open', 2);
    expect(errors).toMatchObject([lost]);
  });

  it('is told nothing if its connection is lost for another reason', async () => {
    const server = await startChatServer();
    const { errors, reaches } = openBlocked(server.url);
    (await server.nextConnection()).terminate();
    await reaches('open', 2);
    expect(errors).toEqual([]);
  });
});

describe('a resumable client with the WebSocket of browsers and a slow handler', () => {
  it('receives a replay that takes longer than the server waits for an ack, on one connection', async () => {
    const { url, socketUrl } = await startFeed({ ACK_TIMEOUT_MS: '1500' });
    const author = await registerUser(url);
    const options = { auth: author.token, cursor: memoryCursor() };
    const first = openFeed(socketUrl, options);
    await expect.poll(() => first.statuses.at(-1)?.state, soon).toBe('open');
    first.client.close();
    await first.client.closed;
    const texts = Array.from({ length: 24 }, (_, index) => String(index));
    for (const text of texts) await author.post(text);
    const handled: string[] = [];
    const on = {
      async post({ payload }: PostMessage) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        handled.push(payload.postText);
      },
    };
    const { statuses } = openFeed(socketUrl, { ...options, on }, 'post', connect);
    await expect.poll(() => handled.length, { timeout: 20_000, interval: 20 }).toBe(texts.length);
    expect(handled).toEqual(texts);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open']);
  });
});

describe('a resumable client with a slow handler that loses its connection', () => {
  it('receives what was queued again, once and in order, and is not closed for being too slow', async () => {
    const { url, socketUrl } = await startFeed({ ACK_TIMEOUT_MS: '500' });
    const author = await registerUser(url);
    const texts = Array.from({ length: 30 }, (_, index) => String(index));
    const handled: string[] = [];
    const on = {
      async post({ payload }: PostMessage) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        handled.push(payload.postText);
      },
    };
    const { client, statuses } = openFeed(socketUrl, { auth: author.token, on });
    await client.opened;
    for (const text of texts.slice(0, 25)) await author.post(text);
    client.reconnect();
    for (const text of texts.slice(25)) await author.post(text);
    await expect.poll(() => handled.length, { timeout: 10_000, interval: 20 }).toBe(texts.length);
    expect(handled).toEqual(texts);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open', 'connecting', 'open']);
  });
});
