import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Caller, RequestContext } from '../../../src/runtime/rest/context.ts';
import type {
  HandlersOf,
  Operations,
  SecurityHook,
  SecurityHooksOf,
} from '../../../src/runtime/rest/handlers.ts';
import { type NoteHandlers, operations, type Reader } from './operations.ts';
import { answerOf, connectRaw, startRest } from './rest-server.ts';

const failed = [500, 'internal: Internal error. Include the request_id when you report it.'];

describe('the log and the observer', () => {
  it('are told of each request once, and of nothing that a client chose', async () => {
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
    const lines = logged.map(([level, { operation, status, ...rest }]) => {
      expect(Object.keys(rest).toSorted()).toEqual(['durationMs', 'requestId']);
      return [level, operation, status];
    });
    expect(lines).toEqual([
      ['info', 'searchNotes', 200],
      ['info', 'getNote', 200],
      ['info', 'createNote', 415],
      ['debug', 'none', 404],
      ['debug', 'none', 405],
    ]);
    expect(JSON.stringify(logged)).not.toContain('secret');
  });
});

describe('a mount', () => {
  it('serves GET and HEAD beside the contract', async () => {
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

  it('that fails or never ends is answered like any other route', async () => {
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

describe('createRestApp', () => {
  it('calls handlers as methods of what it was given', async () => {
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
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
    const client = await connectRaw(port);
    client.send('GET /note/get/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await client.end).toContain('200 OK');
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toEqual(before);
  });

  it.each([
    ['a path twice', { path: '/note/search' }, 'Two routes for the same method of /note/search'],
    [
      'half a segment',
      { path: '/note/{id}.json' },
      'The path /note/{id}.json cannot be routed: mend "{id}.json".',
    ],
    ['a wildcard', { path: '/note/*' }, 'The path /note/* cannot be routed: mend "*".'],
    ['no success', { responses: {} }, 'The operation getNote has no 200 response.'],
    ['no handler', { operationId: 'getNothing' }, 'The operation getNothing has no handler.'],
  ])('refuses a table with %s', async (_what, change, message) => {
    const table: Operations = { ...operations, getNote: { ...operations.getNote, ...change } };
    await expect(startRest({ operations: table as typeof operations })).rejects.toThrow(message);
  });

  it('asks for exactly the handlers and the hooks that the table has', () => {
    type Asked = HandlersOf<typeof operations, Reader>;
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
      deleteNote(
        request: { readonly pathParameters: { readonly id: string } },
        context: Caller<User>,
      ): Promise<void>;
    }
    expectTypeOf<Generated<Reader>>().toExtend<Asked>();
    expectTypeOf<Omit<Generated<Reader>, 'getNote'>>().not.toExtend<Asked>();
    expectTypeOf<Generated<Reader & { readonly age: number }>>().not.toExtend<Asked>();
    expectTypeOf<Omit<Generated<Reader>, 'getNote'> & { getNote(): Promise<string> }>().not.toExtend<Asked>();
    expectTypeOf<SecurityHooksOf<typeof operations, Generated<Reader>>>().toEqualTypeOf<{
      readonly bearerAuth: SecurityHook<Reader>;
    }>();
    expectTypeOf<Asked['getNote']>().parameter(1).toEqualTypeOf<RequestContext>();
    expectTypeOf<Asked['deleteNote']>().parameter(1).toEqualTypeOf<Caller<Reader>>();
    expectTypeOf<Asked['deleteNote']>().returns.toEqualTypeOf<Promise<void>>();
  });
});
