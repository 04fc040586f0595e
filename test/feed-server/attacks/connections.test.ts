import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { registerUser, startFeed, type TestUser } from '../../support/feed-server.ts';
import { bearer, connectClient, refusedHandshake } from '../../support/websocket.ts';
import { acknowledge, postAll, subscribe, takePosts } from '../resumable-client.ts';

const production = { NODE_ENV: 'production', HOST: '127.0.0.1' };
const path = '/post/feed/posted';

/** Tries to open this many sockets, 50 at a time. Resolves with the statuses of the handshakes. */
async function openSockets(url: string, { token }: TestUser, count: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  const tryOne = async (): Promise<void> => {
    const webSocket = new WebSocket(url, bearer(token));
    onTestFinished(() => webSocket.terminate());
    const status = await new Promise<number>((resolve) => {
      webSocket.on('open', () => resolve(101));
      webSocket.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
      webSocket.on('error', () => resolve(0));
    });
    statuses.push(status);
  };
  while (statuses.length < count) await Promise.all(Array.from({ length: 50 }, tryOne));
  return statuses;
}

/** Opens sockets that send the beginning of a handshake and then nothing. */
async function openSilent(url: string, count: number): Promise<readonly Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: count }, () => connect(Number(port), hostname));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n`);
  }
  await Promise.all(sockets.map((socket) => new Promise((resolve) => void socket.once('connect', resolve))));
  return sockets;
}

describe('in production', () => {
  it('a user has at most 100 sockets, and others still connect', async () => {
    const { url, socketUrl } = await startFeed(production);
    const [ann, bea] = [await registerUser(url), await registerUser(url)];
    const statuses = await openSockets(`${socketUrl}${path}`, ann, 500);
    expect(statuses.filter((status) => status === 101)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(400);
    await connectClient(`${socketUrl}${path}`, bearer(bea.token));
  });

  it('an address has at most MAX_CONNECTIONS_PER_ADDRESS sockets, and the log names the setting', async () => {
    const { url, socketUrl, logged } = await startFeed({ ...production, MAX_CONNECTIONS_PER_ADDRESS: '3' });
    const users = [await registerUser(url), await registerUser(url)];
    const first = await connectClient(`${socketUrl}${path}`, bearer(users[0]?.token ?? ''));
    for (const { token } of users) await connectClient(`${socketUrl}${path}`, bearer(token));
    const { status, body } = await refusedHandshake(`${socketUrl}${path}`, bearer(users[1]?.token ?? ''));
    expect([status, body]).toMatchObject([429, { code: 'too_many_requests' }]);
    const remedy = 'raise MAX_CONNECTIONS_PER_ADDRESS';
    expect(logged).toContainEqual(['warn', expect.objectContaining({ remedy }), 'a handshake was refused']);
    first.webSocket.close();
    await first.closed;
    await connectClient(`${socketUrl}${path}`, bearer(users[1]?.token ?? ''));
  });

  it('handshakes that are never finished displace each other, and others still connect', async () => {
    const { url, socketUrl } = await startFeed({ ...production, MAX_PENDING_HANDSHAKES_PER_ADDRESS: '20' });
    const ann = await registerUser(url);
    const sockets = await openSilent(url, 100);
    const openSocketCount = (): number => sockets.filter(({ closed }) => !closed).length;
    await expect.poll(openSocketCount).toBe(20);
    await connectClient(`${socketUrl}${path}`, bearer(ann.token));
    expect(sockets.at(-1)?.closed).toBe(false);
  });

  it('a socket that floods the server with messages is closed with 4429', async () => {
    const feed = await startFeed(production);
    const ann = await registerUser(feed.url);
    const client = await subscribe(feed, ann, 'since=now');
    const { cursor } = JSON.parse((await client.take(1))[0] ?? '');
    for (let count = 0; count < 1000; count += 1) acknowledge(client, cursor);
    expect(await client.closed).toEqual({ code: 4429, reason: 'too many requests' });
  });

  it('a client may acknowledge each of any number of messages', async () => {
    const feed = await startFeed({ ...production, MAX_MESSAGES_PER_SECOND: '5' });
    const [ann, bea] = [await registerUser(feed.url), await registerUser(feed.url)];
    const texts = Array.from({ length: 50 }, (_, index) => String(index));
    const since = JSON.parse((await (await subscribe(feed, ann, 'since=now')).take(1))[0] ?? '').cursor;
    await postAll(bea, texts);
    const client = await subscribe(feed, ann, `since=${since}`);
    for (const { cursor } of await takePosts(client, 50)) acknowledge(client, cursor);
    await bea.post('the last one');
    await takePosts(client, 51);
    expect(client.webSocket.readyState).toBe(WebSocket.OPEN);
  });
});
