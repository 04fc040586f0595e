import { describe, expect, it } from 'vitest';
import { makeDataDir } from '../../../support/feed-server.ts';
import { spawnServer } from '../../../support/server-process.ts';
import { listenToPosts } from './listen-to-posts.ts';
import { servePosts } from './posts-app.ts';

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

describe('the port of /metrics', () => {
  it('is that of everything else by default', async () => {
    const { url, metricsUrl } = await listenToPosts(servePosts());
    expect(metricsUrl).toBeNull();
    expect(await statusOf(`${url}/metrics`)).toBe(200);
  });

  it('serves nothing but the metrics', async () => {
    const { url, metricsUrl } = await listenToPosts(servePosts(), { metricsPort: 0 });
    const metrics = new URL(metricsUrl ?? '');
    expect(metrics.origin).not.toBe(url);
    expect(await (await fetch(metrics)).text()).toContain('posted_websocket_connections');
    expect(await statusOf(`${url}/metrics`)).toBe(404);
    expect(await statusOf(`${metrics.origin}/healthz`)).toBe(404);
  });

  it('does not accept WebSocket connections', async () => {
    const { metricsUrl } = await listenToPosts(servePosts(), { metricsPort: 0 });
    const socket = new WebSocket((metricsUrl ?? '').replace('http', 'ws'));
    const { promise, resolve } = Promise.withResolvers<string>();
    for (const type of ['open', 'error']) socket.addEventListener(type, () => resolve(type));
    expect(await promise).toBe('error');
  });

  it('can be off', async () => {
    const { url, metricsUrl } = await listenToPosts(servePosts(), { metricsPort: 'off' });
    expect(metricsUrl).toBeNull();
    expect(await statusOf(`${url}/metrics`)).toBe(404);
  });

  it('is closed with the server', async () => {
    const running = await listenToPosts(servePosts(), { metricsPort: 0 });
    expect(await running.close({ drain: false })).toBe(0);
    await expect(fetch(running.metricsUrl ?? '')).rejects.toThrow('fetch failed');
  });

  it('names the option if the port is in use', async () => {
    const { url } = await listenToPosts(servePosts());
    const metricsPort = Number(new URL(url).port);
    await expect(listenToPosts(servePosts(), { metricsPort })).rejects.toThrow(
      `metricsPort: port ${metricsPort} of 127.0.0.1 is in use.`,
    );
  });
});

describe('METRICS_PORT', () => {
  it('is off in production', async () => {
    const server = await spawnServer({
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      DATA_DIR: await makeDataDir(),
    });
    expect(await statusOf(`${server.url}/metrics`)).toBe(404);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('has the metrics of all workers', async () => {
    const env = { METRICS_PORT: '0', DATA_DIR: await makeDataDir() };
    const server = await spawnServer(env, ['--workers', '2']);
    const [, metricsUrl = ''] = /"metricsUrl":"([^"]+)"/.exec(server.stderr()) ?? [];
    expect(await (await fetch(metricsUrl)).text()).toMatch(/^posted_workers 2$/m);
    expect(await statusOf(`${server.url}/metrics`)).toBe(404);
    expect(await server.end('SIGTERM')).toBe(0);
  });
});
