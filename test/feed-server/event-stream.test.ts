import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type EventReader, readEvents } from '../support/event-source.ts';
import { registerUser, request, startFeed } from '../support/feed-server.ts';
import { signToken } from '../support/tokens.ts';
import { bearer, connectClient } from '../support/websocket.ts';
import { channel, foreignCursor, postAll, subscribe, takePosts } from './resumable-client.ts';

type Feed = Awaited<ReturnType<typeof startFeed>>;

async function start(env: Readonly<Record<string, string>> = {}) {
  const feed = await startFeed(env);
  const ada = await registerUser(feed.url);
  const open = (query = '', headers: Readonly<Record<string, string>> = {}) =>
    readEvents(`${feed.url}${channel}${query}`, { ...bearer(ada.token).headers, ...headers });
  return { feed, ada, open };
}

async function textsOf(reader: EventReader, count: number): Promise<readonly string[]> {
  for (let events = count; ; events += 1) {
    const messages = (await reader.take(events)).map(({ data }) => JSON.parse(data));
    const posts = messages.filter(({ type }) => type === 'post');
    if (posts.length >= count) return posts.map(({ payload }) => payload.postText);
  }
}

function closing(code: number, reason: string) {
  return { event: 'close', data: JSON.stringify({ code, reason }) };
}

function acknowledge({ url }: Feed, token: string, body: object) {
  return request(url, 'POST', channel, { token, body });
}

describe('server-sent events', () => {
  it('carry the messages of a WebSocket, with the cursor as the id, and continue after Last-Event-ID', async () => {
    const { feed, ada, open } = await start();
    const first = await open();
    const socket = await subscribe(feed, ada, 'since=now');
    expect(first.response.statusCode).toBe(200);
    expect(first.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    const [ready] = await first.take(1);
    expect(JSON.parse(ready?.data ?? '')).toMatchObject({
      type: 'ready',
      cursor: ready?.id,
      heartbeatMs: 15_000,
    });
    await postAll(ada, ['one', 'two']);
    const [, one] = await first.take(3);
    const [post] = await takePosts(socket, 1);
    expect(JSON.parse(one?.data ?? '')).toEqual(post);
    expect(one?.id).toBe(post?.cursor);
    // EventSource connects again to the same URL.
    const again = await open('?since=now', { 'Last-Event-ID': one?.id ?? '' });
    expect(await textsOf(again, 1)).toEqual(['two']);
    expect(await textsOf(await open(`?since=${ready?.id}`), 2)).toEqual(['one', 'two']);
    const lost = await open('', { 'Last-Event-ID': foreignCursor });
    expect(JSON.parse((await lost.take(2))[1]?.data ?? '')).toMatchObject({ type: 'reset', reason: 'epoch' });
  });

  it('are acknowledged with POST, by the client that has the device', async () => {
    const { feed, ada, open } = await start();
    const device = '?since=acked&device=phone&instance=one.1';
    const reader = await open(device);
    await reader.take(1);
    await postAll(ada, ['a', 'b']);
    const [, a] = await reader.take(3);
    const ack = { device: 'phone', cursor: a?.id, instance: 'one.1' };
    expect((await acknowledge(feed, ada.token, ack)).status).toBe(204);
    expect(await textsOf(await open('?since=acked&device=phone&instance=two.1'), 1)).toEqual(['b']);
    expect((await reader.ended).at(-1)).toEqual(
      closing(4409, 'replaced by another client with the same device'),
    );
    const [, , b] = await reader.take(3);
    expect((await acknowledge(feed, ada.token, { ...ack, cursor: b?.id })).status).toBe(204);
    expect(await textsOf(await open('?since=acked&device=phone&instance=two.2'), 1)).toEqual(['b']);
    for (const body of [{}, { device: 'phone', cursor: 'now' }, { device: 'phone', cursor: foreignCursor }]) {
      expect((await acknowledge(feed, ada.token, body)).status, JSON.stringify(body)).toBe(400);
    }
    expect((await acknowledge(feed, 'x', ack)).status).toBe(401);
  });

  it('send `alive`, and end when the token expires or is revoked', async () => {
    const { feed, ada, open } = await start({ HEARTBEAT_INTERVAL_MS: '1000' });
    const expiring = signToken(randomUUID(), { expiresIn: 2 });
    const expired = await readEvents(`${feed.url}${channel}`, bearer(expiring).headers);
    const reader = await open();
    const alive = await reader.take(2);
    expect(JSON.parse(alive[1]?.data ?? '')).toMatchObject({ type: 'alive' });
    expect((await request(feed.url, 'POST', '/logout', { token: ada.token })).status).toBe(200);
    expect((await reader.ended).at(-1)).toEqual(closing(4401, 'the credentials were revoked'));
    expect((await expired.ended).at(-1)).toEqual(closing(4401, 'the credentials have expired'));
    expect((await open()).response.statusCode).toBe(401);
  });

  it('count toward the limits of connections and obey the rules for origins', async () => {
    const page = 'https://app.example';
    const { feed, ada, open } = await start({ MAX_CONNECTIONS_PER_USER: '1', ALLOWED_ORIGINS: page });
    const reader = await open('', { Origin: page });
    expect(reader.response.headers['access-control-allow-origin']).toBe(page);
    const full = await open('', { Origin: page });
    expect(full.response.statusCode).toBe(429);
    expect(full.response.headers['access-control-allow-origin']).toBe(page);
    await expect(connectClient(`${feed.socketUrl}${channel}`, bearer(ada.token))).rejects.toThrow('429');
    const foreign = await open('', { Origin: 'https://other.example' });
    expect(foreign.response.statusCode).toBe(403);
    const preflight = await request(feed.url, 'OPTIONS', channel, {
      headers: {
        Origin: page,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization');
    reader.response.destroy();
    await expect.poll(async () => (await open()).response.statusCode).toBe(200);
  });

  it('are drained like sockets: with the time to connect again, and a close event', async () => {
    const { feed, open } = await start({ SHUTDOWN_DRAIN_MS: '0' });
    const reader = await open();
    await reader.take(1);
    expect(await feed.server.close()).toBe(0);
    const [bye, close] = (await reader.ended).slice(-2);
    const { type, retryAfterMs } = JSON.parse(bye?.data ?? '');
    expect(type).toBe('bye');
    expect(bye?.retry).toBe(String(retryAfterMs));
    expect(close).toEqual(closing(1012, 'the server restarts'));
  });

  it('lag without memory for a slow reader, which gets everything once it reads again', async () => {
    const { feed, ada, open } = await start();
    const slow = await open();
    await slow.take(1);
    slow.response.pause();
    const text = 'x'.repeat(9000);
    const lagging = async (): Promise<string> => await (await fetch(`${feed.url}/metrics`)).text();
    let posted = 0;
    while (posted < 2000 && !(await lagging()).includes('posted_resumable_lagging_connections 1')) {
      await Promise.all(Array.from({ length: 100 }, () => ada.post(text)));
      posted += 100;
    }
    const queued = Number(/^posted_websocket_queued_bytes (\d+)/m.exec(await lagging())?.[1] ?? 'NaN');
    expect(queued).toBeLessThan(400_000);
    slow.response.resume();
    expect((await textsOf(slow, posted)).length).toBe(posted);
  });
});
