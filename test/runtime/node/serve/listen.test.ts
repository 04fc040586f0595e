import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';
import { handlers, operations } from '../../rest/operations.ts';
import { listenToPosts } from './listen-to-posts.ts';
import { aPost, feedPath, ignoreAcks, servePosts } from './posts-app.ts';

describe('close', () => {
  it('fails readiness for drainMs while everything is served, then closes connections with 1012', async () => {
    const app = servePosts();
    const running = await listenToPosts(app, { drainMs: 1000 });
    const closed = running.close();
    const ready = await fetch(`${running.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, '{"status":"stopping","dependencies":{}}']);
    const client = await connectClient(running.socketUrl, bearer('ann'));
    app.room('postFeedPosted').post(aPost);
    await client.take(1);
    expect((await client.closed).code).toBe(1012);
    expect(await closed).toBe(0);
    expect(await running.closed).toBe(0);
    await expect(fetch(running.url)).rejects.toThrow('fetch failed');
  });

  it('finishes requests, then calls requestsFinished and beforeClose, and disposes of the resources last', async () => {
    const steps: string[] = [];
    const started = Promise.withResolvers<void>();
    const app = servePosts();
    app.rest({
      async fetch() {
        started.resolve();
        await finished.promise;
        steps.push('request');
        return new Response('done');
      },
    });
    const finished = Promise.withResolvers<void>();
    const running = await listenToPosts(app, {
      shutdownTimeoutMs: 5000,
      requestsFinished: () => void steps.push('requestsFinished'),
      beforeClose(connection, leftMs) {
        expect(leftMs).toBeGreaterThan(0);
        expect(leftMs).toBeLessThanOrEqual(5000);
        steps.push(`beforeClose ${connection.channel}`);
        app.channel('postFeedPosted').to([connection]).bye({ retryAfterMs: 7 });
      },
      resources: { [Symbol.asyncDispose]: async () => void steps.push('resources') },
    });
    const client = await connectClient(running.socketUrl, bearer('ann'));
    const response = fetch(running.url);
    await started.promise;
    const closed = running.close();
    finished.resolve();
    expect(await (await response).text()).toBe('done');
    expect(await closed).toBe(0);
    expect(steps).toEqual(['request', 'requestsFinished', 'beforeClose postFeedPosted', 'resources']);
    expect(client.received).toEqual(['{"type":"bye","retryAfterMs":7}']);
  });

  it('closes connections one after the other over closeSpreadMs', async () => {
    const running = await listenToPosts(servePosts(), { closeSpreadMs: 300 });
    const clients = await Promise.all(
      Array.from({ length: 4 }, () => connectClient(running.socketUrl, bearer('ann'))),
    );
    const startMs = performance.now();
    const closed = running.close();
    await Promise.race(clients.map((client) => client.closed));
    const firstMs = performance.now() - startMs;
    await Promise.all(clients.map((client) => client.closed));
    expect(performance.now() - startMs - firstMs).toBeGreaterThan(100);
    expect(await closed).toBe(0);
  });

  it('resolves with 1 after a step that fails, which is logged and does not skip the others', async () => {
    const errors: unknown[] = [];
    const log = { ...silentLog, error: ({ err }: { readonly err?: unknown }) => void errors.push(err) };
    const running = await listenToPosts(servePosts({ log }), {
      requestsFinished: () => Promise.reject(new Error('first')),
      resources: { [Symbol.asyncDispose]: () => Promise.reject(new Error('last')) },
    });
    const client = await connectClient(running.socketUrl, bearer('ann'));
    expect(await running.close()).toBe(1);
    expect((await client.closed).code).toBe(1012);
    expect(errors).toEqual([new Error('first'), new Error('last')]);
  });
});

describe('listen', () => {
  it('closes the server with exit code 1 if the application cannot continue', async () => {
    const failure = Promise.withResolvers<Error>();
    const running = await listenToPosts(servePosts(), { failure: failure.promise, drainMs: 60_000 });
    const client = await connectClient(running.socketUrl, bearer('ann'));
    failure.resolve(new Error('the disk is full'));
    expect(await running.closed).toBe(1);
    expect((await client.closed).code).toBe(1012);
  });

  it('names the option and disposes of the resources if the port is in use', async () => {
    const { url } = await listenToPosts(servePosts());
    const port = Number(new URL(url).port);
    let isReleased = false;
    const resources = {
      [Symbol.asyncDispose]: async () => {
        isReleased = true;
      },
    };
    await expect(listenToPosts(servePosts(), { port, resources })).rejects.toThrow(
      `port: port ${port} of 127.0.0.1 is in use. Set another port, or 0 for a free one.`,
    );
    expect(isReleased).toBe(true);
  });

  it.each([
    ['the port', { port: 70_000 }, 'PORT: 70000 is not a port. Set a number from 0 to 65535.'],
    // TEST-NET-1 (RFC 5737).
    ['the host', { host: '192.0.2.1' }, 'HOST: cannot listen on 192.0.2.1 (EADDRNOTAVAIL).'],
  ])('names the setting of %s', async (_title, options, message) => {
    const app = servePosts({ settingNames: { port: 'PORT', host: 'HOST' } });
    await expect(listenToPosts(app, options)).rejects.toThrow(message);
  });

  it('can be called again after a port was in use', async () => {
    const taken = await listenToPosts(servePosts());
    const server = servePosts().handle({ postFeedPosted: ignoreAcks });
    const port = Number(new URL(taken.url).port);
    await expect(server.listen({ port, signals: false })).rejects.toThrow('is in use');
    const running = await server.listen({ port: 0, signals: false });
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
    expect(await running.close()).toBe(0);
  });
});

describe('kick', () => {
  it('closes the connections of a user, and nobody else is affected', async () => {
    const app = servePosts();
    const { socketUrl } = await listenToPosts(app);
    const [ann, bob] = await Promise.all([
      connectClient(socketUrl, bearer('ann')),
      connectClient(socketUrl, bearer('bob')),
    ]);
    expect(app.kick({ user: 'ann' }, 'fraud')).toBe(1);
    expect(await ann.closed).toEqual({ code: 4403, reason: 'fraud' });
    await expect.poll(() => app.connections().map(({ user }) => user?.id)).toEqual(['bob']);
    expect(bob.webSocket.readyState).toBe(bob.webSocket.OPEN);
  });
});

describe('an embedded server', () => {
  const base = 'http://a.example';

  it('answers requests without listening', async () => {
    const app = servePosts();
    app.rest(operations, { ...handlers, deleteNote: async () => {} });
    const server = app.handle({ postFeedPosted: ignoreAcks });
    const note = await server.fetch(new Request(`${base}/note/get/7`));
    expect(await note.json()).toEqual({ text: '7' });
    expect((await server.fetch(new Request(`${base}/readyz`))).status).toBe(200);
    const metrics = await server.fetch(new Request(`${base}/metrics`));
    expect([metrics.status, await metrics.json()]).toMatchObject([404, { code: 'not_found' }]);
    await server.shutdown(1000);
    expect((await server.fetch(new Request(`${base}/readyz`))).status).toBe(503);
    expect((await server.fetch(new Request(`${base}${feedPath}`))).status).toBe(404);
  });
});
