import { describe, expect, it } from 'vitest';
import { PostedClientError } from '../../../src/runtime/client/client-error.ts';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { startUpgradeProxy } from '../../support/upgrade-proxy.ts';
import { openFeed } from './resume-feed.ts';
import { soon } from './soon.ts';

async function start(env: Readonly<Record<string, string>> = {}) {
  const { url } = await startFeed(env);
  const author = await registerUser(url);
  const proxy = await startUpgradeProxy(url);
  return { url, author, proxy, socketUrl: proxy.url.replace('http', 'ws') };
}

describe('a client behind a proxy that blocks upgrades', () => {
  it('reads server-sent events, acknowledges what it has processed, and comes back to WebSocket', async () => {
    const { author, proxy, socketUrl } = await start();
    const { client, delivered, statuses, errors } = openFeed(socketUrl, {
      auth: author.token,
      query: { since: 'acked', device: 'phone' },
      webSocketRetryMs: 100,
    });
    await expect.poll(() => statuses.at(-1)?.state, soon).toBe('open');
    await author.post('one');
    await expect.poll(() => delivered, soon).toEqual(['one']);
    await expect.poll(() => proxy.blocked, soon).toBeGreaterThan(1);
    expect(statuses.filter(({ state }) => state === 'open')).toHaveLength(1);
    proxy.blocks = false;
    // One to see whether upgrades pass, and one to stay.
    await expect.poll(() => proxy.passed, soon).toBe(2);
    await author.post('two');
    await expect.poll(() => delivered, soon).toEqual(['one', 'two']);
    client.close();
    await client.closed;
    const again = openFeed(socketUrl, { auth: author.token, query: { since: 'acked', device: 'phone' } });
    await author.post('three');
    await expect.poll(() => again.delivered.at(-1), soon).toBe('three');
    expect(again.delivered).toEqual(['three']);
    expect(errors).toEqual([]);
  });

  it('never reads them with `transport: websocket`, and only them with `sse`', async () => {
    const { author, proxy, socketUrl } = await start();
    const auth = author.token;
    const sockets = openFeed(socketUrl, { auth, transport: 'websocket', shouldRetry: () => false });
    await expect(sockets.client.closed).rejects.toThrow('HTTP 403');
    expect(proxy.blocked).toBe(1);
    const streams = openFeed(socketUrl, { auth, transport: 'sse' });
    await expect.poll(() => streams.statuses.at(-1)?.state, soon).toBe('open');
    expect(proxy.blocked).toBe(1);
    await author.post('one');
    await expect.poll(() => streams.delivered, soon).toEqual(['one']);
    expect(() => openFeed(socketUrl, { auth, transport: 'sse', resume: false })).toThrow(PostedClientError);
  });
});
