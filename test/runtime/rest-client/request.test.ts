import { describe, expect, it } from 'vitest';
import { isErrorOf, type RestContract, restClient } from '../../../src/runtime/rest-client/index.ts';
import { type NotesApi, notes } from './notes.ts';
import { type ScriptedAnswer, startRestServer } from './rest-server.ts';

const basic = () => ({ username: 'ada', password: 'pass word' });

describe('a request', () => {
  it('has its parameters where the contract puts them', async () => {
    const { url, requests } = await startRestServer([200, { id: '1' }]);
    const query = { limit: 10, tag: ['a b', 'c&d'], absent: undefined, open: true };
    await restClient(notes, { url: `${url}/api/`, auth: 'token' }).getNote({ params: { id: 'ä/?#' }, query });
    expect(requests[0]).toMatchObject({
      method: 'GET',
      url: '/api/notes/%C3%A4%2F%3F%23?limit=10&tag=a+b&tag=c%26d&open=true',
      headers: { authorization: 'Bearer token', accept: 'application/json, */*;q=0.5' },
      body: '',
    });
    expect(requests[0]?.headers).not.toHaveProperty('content-type');
  });

  it('has its body as JSON', async () => {
    const { url, requests } = await startRestServer([200, 'id']);
    await restClient(notes, { url: url.replace('http', 'ws') }).createNote({ body: { text: 'Grüße 👋' } });
    expect(requests[0]?.headers['content-type']).toBe('application/json');
    expect(requests[0]?.body).toBe('{"text":"Grüße 👋"}');
    expect(requests[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it.each([
    ['a dot segment', { id: '..' }, 'a segment must not be'],
    ['an empty parameter', { id: '' }, '`params.id` is missing or empty'],
    ['half a character', { id: '\ud800' }, 'lone surrogate'],
  ])('is not sent with %s', async (_, params, message) => {
    const { url, requests } = await startRestServer([200, {}]);
    await expect(restClient(notes, { url, auth: 'token' }).getNote({ params })).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining(message),
    });
    expect(requests).toEqual([]);
  });

  it('is not sent with a header that HTTP does not allow', async () => {
    const client = restClient(notes, { url: 'http://localhost:1' });
    await expect(client.createKeyed({ headers: { 'X-Name': 'ł' }, body: {} })).rejects.toMatchObject({
      code: 'invalid_options',
      message: 'createKeyed: the header X-Name cannot be sent.',
    });
  });

  it('does not follow a redirect', async () => {
    const { url, requests } = await startRestServer([307, undefined, { Location: '/elsewhere' }]);
    await expect(restClient(notes, { url }).createNote({ body: {} })).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['no URL', {}],
    ['another scheme', { url: 'ftp://localhost' }],
    ['a user in the URL', { url: 'http://me:secret@localhost' }],
    ['a query', { url: 'http://localhost?a=b' }],
    ['a time limit that no timer has', { url: 'http://localhost', timeoutMs: 2 ** 31 }],
    ['no attempts', { url: 'http://localhost', retry: { attempts: 0 } }],
  ])('is refused with %s', (_, options) => {
    expect(() => restClient(notes, options)).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.not.stringContaining('secret') }),
    );
  });

  it('carries the credential of the scheme that the application gives', async () => {
    const { url, requests } = await startRestServer([200, { id: '1' }]);
    const schemes: RestContract<
      NotesApi,
      { readonly basic: 'basic'; readonly header: 'header'; readonly query: 'query' }
    > = {
      security: {
        basic: { kind: 'basic' },
        header: { kind: 'header', parameter: 'X-Api-Key' },
        query: { kind: 'query', parameter: 'key' },
      },
      operations: {
        getNote: {
          method: 'GET',
          path: '/notes/{id}',
          security: ['basic', 'header', 'query'],
          responses: { 200: 'json' },
        },
      },
    };
    const params = { params: { id: '1' }, query: { a: 'b' } };
    await restClient(schemes, { url, auth: { basic } }).getNote(params);
    await restClient(schemes, { url, auth: { header: 'k 1' } }).getNote(params);
    await restClient(schemes, { url, auth: { query: 'k&1' } }).getNote(params);
    expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('ada:pass word')}`);
    expect(requests[1]?.headers['x-api-key']).toBe('k 1');
    expect(requests[2]?.url).toBe('/notes/1?a=b&key=k%261');
    expect(() => restClient(schemes, { url, auth: { other: 'k' } as object })).toThrow('by security scheme');
  });
});

describe('an answer', () => {
  it('resolves with the headers that the contract describes', async () => {
    const { url } = await startRestServer([206, ['a'], { 'X-Total': '12' }], [200, []]);
    const client = restClient(notes, { url });
    expect(await client.list()).toEqual({ headers: { 'X-Total': 12 }, body: ['a'] });
    expect(await client.list()).toEqual({ headers: {}, body: [] });
  });

  it('resolves with text if the contract says so', async () => {
    const { url } = await startRestServer((response) => void response.end('plain'));
    expect(await restClient(notes, { url }).text()).toBe('plain');
  });

  it('is an error of the operation if the contract describes it', async () => {
    const { url } = await startRestServer([400, { message: 'no text' }, { 'X-Request-Id': 'r1' }], [409]);
    const client = restClient(notes, { url });
    const error = await client.createNote({ body: {} }).catch((thrown) => thrown);
    if (!isErrorOf(client.createNote, error)) throw error;
    expect(error.status === 409 ? error.body : error.body.message).toBe('no text');
    expect(error.message).toBe('createNote: HTTP 400: no text');
    expect(error.headers.get('X-Request-Id')).toBe('r1');
    expect(isErrorOf(client.getNote, error)).toBe(false);
    const conflict = await client.createNote({ body: {} }).catch((thrown) => thrown);
    expect([isErrorOf(client.createNote, conflict), conflict.body]).toEqual([true, undefined]);
  });

  it('may not be larger than `maxResponseBytes`', async () => {
    const { url } = await startRestServer([200, 'x'.repeat(98)], [200, 'x'.repeat(99)]);
    const client = restClient(notes, { url, maxResponseBytes: 100 });
    expect(await client.createNote({ body: {} })).toHaveLength(98);
    await expect(client.createNote({ body: {} })).rejects.toMatchObject({
      code: 'unexpected',
      message: 'createNote: the response is too large: over 100 bytes.',
    });
  });

  it.each([
    ['another status', [418, { message: 'tea' }] as const, 'HTTP 418.'],
    ['no JSON', [200] as const, 'HTTP 200 with content of type (none).'],
    [
      'a login page of the network',
      [200, '<html>', { 'Content-Type': 'text/html; charset=utf-8' }] as const,
      'HTTP 200 with content of type text/html.',
    ],
    [
      'JSON of a proxy',
      [503, { error: 'Bad gateway' }] as const,
      'HTTP 503 with content of type application/json.',
    ],
    [
      'broken JSON',
      ((response) =>
        void response
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end('{')) satisfies ScriptedAnswer,
      'HTTP 200 with content of type application/json.',
    ],
  ])('with %s is no answer of the contract', async (_, answer, end) => {
    const { url } = await startRestServer(answer);
    const client = restClient(notes, { url });
    const error = await client.createNote({ body: {} }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: 'unexpected',
      message: `createNote: the contract does not describe the answer ${end}`,
    });
    expect(isErrorOf(client.createNote, error)).toBe(false);
  });
});
