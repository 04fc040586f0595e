import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../../src/runtime/shared/audit.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';
import { handlers, operations } from '../../rest/operations.ts';
import { answerOf } from '../../rest/rest-server.ts';
import { listenToPosts } from './listen-to-posts.ts';
import { aPost, servePosts } from './posts-app.ts';

async function textOf(url: string, init?: RequestInit): Promise<readonly [status: number, text: string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

/** The handlers of the notes, for users who are known by their id. */
const noteHandlers = {
  ...handlers,
  deleteNote: async (_request: object, { user }: { readonly user: { readonly id: string } }) => {
    if (user.id !== 'ann') throw new TypeError(`${user.id} is not ann`);
  },
};

function createHono() {
  const hono = new Hono();
  hono.get('/', (c) => c.html('<h1>Posts</h1>'));
  hono.get('/healthz', (c) => c.text('never reached'));
  hono.post('/echo', async (c) => c.text(await c.req.text()));
  hono.get('/address', (c) => c.text(String('incoming' in (c.env as object))));
  return hono;
}

describe('a Hono app beside a contract', () => {
  it('answers its own paths, and the server answers /healthz, /readyz and /metrics', async () => {
    const app = servePosts();
    app.rest(createHono());
    const { url, socketUrl } = await listenToPosts(app);
    expect(await textOf(url)).toEqual([200, '<h1>Posts</h1>']);
    expect(await textOf(`${url}/echo`, { method: 'POST', body: 'Hi' })).toEqual([200, 'Hi']);
    expect(await textOf(`${url}/address`)).toEqual([200, 'true']);
    expect(await textOf(`${url}/nothing`)).toEqual([404, '404 Not Found']);
    expect(await textOf(`${url}/health%7A`)).toEqual([200, '{"status":"ok"}']);
    expect(await textOf(`${url}/readyz`)).toEqual([200, '{"status":"ready","dependencies":{}}']);
    const client = await connectClient(socketUrl, bearer('ann'));
    app.room('postFeedPosted').post(aPost);
    expect(await client.take(1)).toEqual([JSON.stringify({ type: 'post', ...aPost })]);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'posted_http_requests_total{operation="none",status="404"} 1\n',
    );
  });

  it('gets a 500 response that hides its error if it fails', async () => {
    const logged: unknown[] = [];
    const app = servePosts({ log: { ...silentLog, error: ({ err }) => void logged.push(err) } });
    app.rest({ fetch: () => Promise.reject(new Error('secret')) });
    const { url } = await listenToPosts(app);
    expect(await textOf(url)).toEqual([500, expect.not.stringContaining('secret')]);
    expect(logged).toEqual([new Error('secret')]);
  });
});

describe('a contract without anything over HTTP', () => {
  it('answers other paths with 404', async () => {
    const { url } = await listenToPosts(servePosts());
    expect(await textOf(`${url}/healthz`)).toEqual([200, '{"status":"ok"}']);
    expect(await answerOf(await fetch(`${url}/post`))).toEqual([
      404,
      'not_found: There is nothing at this path.',
    ]);
    expect((await fetch(`${url}/docs`)).status).toBe(404);
  });
});

describe('operations beside a contract', () => {
  it('get the user of the shared security hook, and both are audited', async () => {
    const entries: AuditEntry[] = [];
    const app = servePosts({ audit: (entry) => void entries.push(entry) });
    app.rest(operations, noteHandlers);
    const { url, socketUrl } = await listenToPosts(app);
    const remove = (token: string) =>
      fetch(`${url}/note/delete/1`, {
        method: 'PUT',
        headers: { Authorization: `Bearer ${token}`, 'X-Request-Id': `of-${token}` },
      });
    expect((await remove('ann')).status).toBe(200);
    expect((await remove('bob')).status).toBe(500);
    expect((await remove('BOB')).status).toBe(401);
    const client = await connectClient(socketUrl, bearer('ann'));
    client.webSocket.send(JSON.stringify({ type: 'ack', cursor: 'AAECAwQFBgcICQoLDA0ODwAAAAAAKg' }));
    await expect.poll(() => entries.length).toBe(4);
    expect(entries.map(({ user, operation, outcome }) => [user, operation, outcome])).toEqual([
      ['ann', 'deleteNote', 'ok'],
      ['bob', 'deleteNote', 'internal'],
      [null, 'deleteNote', 'unauthorized'],
      ['ann', 'receivePostFeedPostedAck', 'ok'],
    ]);
    expect(entries.slice(0, 2).map(({ requestId }) => requestId)).toEqual(['of-ann', 'of-bob']);
  });

  it('allow pages of the configured origins to read responses', async () => {
    const app = servePosts({ origins: ['https://app.example'] });
    app.rest(operations, noteHandlers);
    const { url } = await listenToPosts(app);
    const allowed = async (Origin: string) =>
      (await fetch(`${url}/note/get/1`, { headers: { Origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('https://app.example')).toBe('https://app.example');
    expect(await allowed('https://other.example')).toBeNull();
  });

  it('have a limit for bodies and for the time of a handler', async () => {
    const app = servePosts({ maxBodyBytes: 100, requestTimeoutMs: 50 });
    app.rest(operations, { ...noteHandlers, getFirstNote: () => new Promise<{ text: string }>(() => {}) });
    const { url } = await listenToPosts(app);
    const body = JSON.stringify({ text: 'a'.repeat(100) });
    expect((await fetch(`${url}/note/create`, { method: 'POST', body })).status).toBe(415);
    const headers = { 'Content-Type': 'application/json' };
    expect((await fetch(`${url}/note/create`, { method: 'POST', headers, body })).status).toBe(413);
    const signal = AbortSignal.timeout(10_000);
    expect((await fetch(`${url}/note/get/first`, { signal })).status).toBe(503);
  });

  it('are refused if their security scheme has no hook', () => {
    const table = { ...operations, deleteNote: { ...operations.deleteNote, security: ['apiKey'] } } as const;
    expect(() => servePosts().rest(table, noteHandlers)).toThrow(
      new TypeError(
        'The operation deleteNote has security apiKey: add a hook `apiKey` to the option `security` of serve.',
      ),
    );
  });

  it('are refused twice, and once the server listens', async () => {
    const app = servePosts();
    const again = () => app.rest(operations, noteHandlers);
    again();
    expect(again).toThrow('Call `rest` once, before the server listens.');
    const late = servePosts();
    await listenToPosts(late);
    expect(() => late.rest(new Hono())).toThrow('Call `rest` once, before the server listens.');
  });
});

describe('the HTTP paths of the server', () => {
  it('report which dependencies are down', async () => {
    let isUp = true;
    const { url } = await listenToPosts(servePosts({ dependencies: { store: { isUp: () => isUp } } }));
    expect(await textOf(`${url}/readyz`)).toEqual([200, '{"status":"ready","dependencies":{"store":"up"}}']);
    isUp = false;
    expect(await textOf(`${url}/readyz`)).toEqual([
      503,
      '{"status":"not ready","dependencies":{"store":"down"}}',
    ]);
  });

  it('include the documentation, and a start without its files fails', async () => {
    const docs = { folder: 'generated/docs', documents: ['asyncapi.json'] };
    const { url } = await listenToPosts(servePosts({ docs }));
    expect((await fetch(`${url}/docs/`)).headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect((await fetch(`${url}/docs/asyncapi.json`)).status).toBe(200);
    const missing = servePosts({ docs: { folder: 'nowhere', documents: [] } });
    await expect(listenToPosts(missing)).rejects.toThrow('cannot read nowhere/index.html (ENOENT)');
  });
});
