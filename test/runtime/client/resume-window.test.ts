import { describe, expect, it } from 'vitest';
import { connect as connectBrowser } from '../../../src/runtime/client/browser.ts';
import { connect as connectNode } from '../../../src/runtime/client/node.ts';
import { startChatServer } from './chat-server.ts';
import { frames, openFeed, windowOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post, alive } = frames;

describe('the window of a client', () => {
  it.each([
    [{}, '256'],
    [{ query: { window: 16 } }, '16'],
    [{ maxWaitingMessages: 9 }, '5'],
    [{ resume: false }, null],
  ])('is stated on every connection, with the options %j as %s', async (options, window) => {
    const server = await startChatServer();
    openFeed(server.url, options);
    (await server.nextConnection()).close(1012);
    await server.nextConnection();
    expect(windowOf(server.handshakes)).toEqual([window, window]);
  });

  it('is left out once if the server refuses it, and stated again on the next connection', async () => {
    const server = await startChatServer({
      refuse: ({ url }) => (url?.includes('window=') === true ? { status: 400 } : undefined),
    });
    const { errors, delivered } = openFeed(server.url, { query: { window: 16 } });
    const first = await server.nextConnection();
    first.send(ready(0));
    first.send(post(1));
    await expect.poll(() => delivered, soon).toEqual(['1']);
    first.close(1012);
    await server.nextConnection();
    expect(windowOf(server.handshakes)).toEqual(['16', null, '16', null]);
    expect(errors).toEqual([]);
  });

  it('is not the reason if the server refuses every query', async () => {
    const server = await startChatServer({
      refuse: () => ({ status: 400, body: '{"message":"query /since must match"}' }),
    });
    const { client } = openFeed(server.url);
    await expect(client.closed).rejects.toMatchObject({ code: 'refused', status: 400 });
    expect(windowOf(server.handshakes)).toEqual(['256', null]);
  });
});

describe.each([
  ['Node', connectNode],
  ['browsers', connectBrowser],
])('a client with the WebSocket of %s', (_, connect) => {
  it('resumes on another connection when its server has been silent for twice the heartbeat', async () => {
    const server = await startChatServer();
    const { statuses, delivered } = openFeed(server.url, {}, 'post', connect);
    const first = await server.nextConnection();
    first.send(ready(0, 256, 100));
    first.send(post(1));
    await expect.poll(() => delivered, soon).toEqual(['1']);
    const second = await server.nextConnection();
    second.send(ready(1, 256, 100));
    second.send(post(2));
    await expect.poll(() => delivered, soon).toEqual(['1', '2']);
    const waiting = statuses.find(({ state }) => state === 'waiting');
    expect(waiting).toMatchObject({
      error: { code: 'closed', message: 'The connection was lost: nothing was received for 200 ms.' },
    });
  });

  it('stays connected while something arrives, and passes no heartbeat to the application', async () => {
    const server = await startChatServer();
    const seen: unknown[] = [];
    const onUnknown = (message: unknown) => void seen.push(message);
    const { client, errors } = openFeed(server.url, { onUnknown }, 'none', connect);
    const connection = await server.nextConnection();
    connection.send(ready(0, 256, 200));
    const interval = setInterval(() => connection.send(alive()), 50);
    void (async () => {
      for await (const message of client.messages()) seen.push(message);
    })();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    clearInterval(interval);
    expect([server.handshakes.length, seen, errors]).toEqual([1, [], []]);
  });

  it('without a promised heartbeat tolerates silence', async () => {
    const server = await startChatServer();
    const { statuses } = openFeed(server.url, {}, 'post', connect);
    (await server.nextConnection()).send(ready(0));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(statuses.at(-1)?.state).toBe('open');
  });
});

describe('a client that does not read while its application is busy', () => {
  it('does not take that for silence of the server', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    const { errors } = openFeed(server.url, { maxWaitingMessages: 1, on: { post: () => gate.promise } });
    const connection = await server.nextConnection();
    connection.send(ready(0, 256, 100));
    for (const seq of [1, 2, 3, 4]) connection.send(post(seq));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect([server.handshakes.length, errors]).toEqual([1, []]);
    gate.resolve();
    await server.nextConnection();
    expect(server.handshakes.length).toBe(2);
  });
});
