import { describe, expect, expectTypeOf, it } from 'vitest';
import type {
  Caller,
  HandlersOf,
  Operations,
  RequestContext,
  SecurityHook,
  SecurityHooksOf,
} from '../../../src/runtime/rest/operation-handlers.ts';
import { type NoteHandlers, operations, type Reader } from './operations.ts';
import { answerOf, connectRaw, startRest } from './rest-server.ts';

const failed = [500, 'internal: Internal error. Include the request_id when you report it.'];

describe('the log and the observer', () => {
  it('get each request once, without anything that the client chose', async () => {
    const { url, logged, completed, invalid } = await startRest();
    await fetch(`${url}/note/search?prefix=secret`);
    await fetch(`${url}/note/get/secret`, { headers: { Authorization: 'Bearer secret' } });
    await fetch(`${url}/note/create`, { method: 'POST', body: '"secret"' });
    await fetch(`${url}/secret`);
    await fetch(`${url}/note/search`, { method: 'POST', body: 'secret' });
    expect(completed).toEqual([
      ['searchNotes', 200],
      ['getNote', 200],
      ['createNote', 415],
      ['none', 404],
      ['none', 405],
    ]);
    expect(invalid).toEqual([['createNote', 'request']]);
    const records = logged.map(([level, { operation, status, ...rest }]) => {
      expect(Object.keys(rest).toSorted()).toEqual(['address', 'durationMs', 'requestId']);
      return [level, operation, status];
    });
    expect(records).toEqual([
      ['info', 'searchNotes', 200],
      ['info', 'getNote', 200],
      ['info', 'createNote', 415],
      ['debug', 'none', 404],
      ['debug', 'none', 405],
    ]);
    expect(JSON.stringify(logged)).not.toContain('secret');
  });
});

describe('the audit', () => {
  it('gets an entry with user and outcome for each request of an operation', async () => {
    const { url, audited } = await startRest();
    const ada = { Authorization: 'Bearer of.ada', 'X-Request-Id': 'r1' };
    await fetch(`${url}/note/delete/ada`, { method: 'PUT', headers: ada });
    await fetch(`${url}/note/delete/bob`, { method: 'PUT', headers: ada });
    await fetch(`${url}/note/delete/ada`, { method: 'PUT', headers: { Authorization: 'Bearer forged' } });
    await fetch(`${url}/note/create`, { method: 'POST', body: '"secret"' });
    await fetch(`${url}/nothing`);
    expect(audited.map(({ user, operation, outcome }) => [user, operation, outcome])).toEqual([
      ['id of ada', 'deleteNote', 'ok'],
      ['id of ada', 'deleteNote', 'forbidden'],
      [null, 'deleteNote', 'unauthorized'],
      [null, 'createNote', 'unsupported_media_type'],
    ]);
    expect(audited[0]).toMatchObject({ requestId: 'r1', ms: expect.any(Number) });
  });
});

describe('a request without a socket', () => {
  const base = 'http://a.example';

  it('is answered like one from a socket', async () => {
    const { app } = await startRest();
    const body = JSON.stringify({ text: 'Hi' });
    const headers = { 'Content-Type': 'application/json', 'X-Request-Id': 'r1' };
    const created = await app.fetch(new Request(`${base}/note/create`, { method: 'POST', headers, body }));
    expect(created.headers.get('x-request-id')).toBe('r1');
    expect(await answerOf(created)).toEqual([200, 'Hi']);
    expect(await answerOf(await app.fetch(new Request(`${base}/note/get/7`)))).toEqual([200, { text: '7' }]);
  });

  it('is refused if its body is missing or too large', async () => {
    const { app } = await startRest();
    const post = async (body: string | null) =>
      answerOf(
        await app.fetch(
          new Request(`${base}/note/create`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body,
          }),
        ),
      );
    expect(await post(null)).toEqual([400, expect.stringContaining('The body is missing')]);
    expect(await post(`"${'a'.repeat(2000)}"`)).toEqual([
      413,
      'too_large: The body must not be larger than 1000 bytes.',
    ]);
  });
});

describe('a mount', () => {
  it('serves GET and HEAD in addition to the contract', async () => {
    const { url, completed } = await startRest({
      mounts: {
        '/metrics': () =>
          new Response('posted 1\n', { headers: { 'Content-Type': 'text/plain; version=0.0.4' } }),
        '/docs': () => Response.redirect('http://a.example/docs/', 308),
        '/docs/page': async () => new Response('<p>', { headers: { 'Cache-Control': 'max-age=60' } }),
      },
    });
    const metrics = await fetch(`${url}/metrics`);
    expect(await metrics.text()).toBe('posted 1\n');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/docs`, { redirect: 'manual' })).status).toBe(308);
    expect((await fetch(`${url}/docs/page`)).headers.get('cache-control')).toBe('max-age=60');
    expect(completed[0]).toEqual(['none', 200]);
  });

  it('gets an error response if it fails or never finishes', async () => {
    const { url } = await startRest({
      limits: { bodyBytes: 1000, timeoutMs: 20 },
      mounts: {
        '/failing': () => {
          throw new Error('secret');
        },
        '/endless': () => new Promise(() => {}),
      },
    });
    expect(await answerOf(await fetch(`${url}/failing`))).toEqual(failed);
    expect((await fetch(`${url}/endless`)).status).toBe(503);
  });
});

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

describe('createRestApp', () => {
  it('calls handlers as methods of the given object', async () => {
    const { url } = await startRest({
      handlers: {
        getFirstNote(this: NoteHandlers, _request, context) {
          return this.getNote({ pathParameters: { id: '1' } }, context);
        },
      },
    });
    expect(await answerOf(await fetch(`${url}/note/get/first`))).toEqual([200, { text: '1' }]);
  });

  it('leaves no timer behind', async () => {
    const { port } = await startRest();
    const before = countTimers();
    const client = await connectRaw(port);
    client.send('GET /note/get/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await client.end).toContain('200 OK');
    // Those of earlier tests may end meanwhile.
    expect(countTimers()).toBeLessThanOrEqual(before);
  });

  it.each([
    [
      'two operations on one path',
      { path: '/note/search' },
      'Two routes have the same method and path: /note/search',
    ],
    [
      'an operation without a successful response',
      { responses: {} },
      'The operation getNote has no successful response.',
    ],
    [
      'an operation without a handler',
      { operationId: 'getNothing' },
      'The operation getNothing has no handler.',
    ],
  ])('refuses %s', async (_title, change, message) => {
    const table: Operations = { ...operations, getNote: { ...operations.getNote, ...change } };
    await expect(startRest({ operations: table as typeof operations })).rejects.toThrow(message);
  });

  it('requires exactly the handlers and security hooks of its operations', () => {
    type Required = HandlersOf<typeof operations, Reader>;
    interface Generated<User> {
      createNote(
        request: { readonly body: { readonly text: string }; readonly headers: object },
        context: RequestContext,
      ): Promise<string>;
      getNote(
        request: { readonly pathParameters: { readonly id: string } },
        context: RequestContext,
      ): Promise<{ readonly text: string }>;
      getFirstNote(request: object, context: RequestContext): Promise<{ readonly text: string }>;
      searchNotes(
        request: { readonly query: { readonly prefix: string; readonly limit: number } },
        context: RequestContext,
      ): Promise<readonly string[]>;
      listNotes(
        request: object,
        context: RequestContext,
      ): Promise<{
        readonly headers: { readonly Link?: string; readonly 'X-Total': number };
        readonly body: readonly string[];
      }>;
      deleteNote(
        request: { readonly pathParameters: { readonly id: string } },
        context: Caller<User>,
      ): Promise<void>;
    }
    expectTypeOf<Generated<Reader>>().toExtend<Required>();
    expectTypeOf<Omit<Generated<Reader>, 'getNote'>>().not.toExtend<Required>();
    expectTypeOf<Generated<Reader & { readonly age: number }>>().not.toExtend<Required>();
    expectTypeOf<
      Omit<Generated<Reader>, 'getNote'> & { getNote(): Promise<string> }
    >().not.toExtend<Required>();
    expectTypeOf<SecurityHooksOf<typeof operations, Generated<Reader>>>().toEqualTypeOf<{
      readonly bearerAuth: SecurityHook<Reader>;
    }>();
    expectTypeOf<Required['getNote']>().parameter(1).toEqualTypeOf<RequestContext>();
    expectTypeOf<Required['deleteNote']>().parameter(1).toEqualTypeOf<Caller<Reader>>();
    expectTypeOf<Required['deleteNote']>().returns.toEqualTypeOf<Promise<void>>();
  });
});

describe('a path of 100,000 characters', () => {
  const parts = ['-', '/', '/-', '%2D', '%2F', '%'];
  it.each(parts)('of %s is matched in linear time', async (part) => {
    const { app } = await startRest();
    const text = part.repeat(100_000 / part.length);
    const response = await app.fetch(new Request(`http://localhost/note/get/${text}`));
    expect([200, 400, 404]).toContain(response.status);
  });
});
