import { describe, expect, it, vi } from 'vitest';
import { createRestApp, type RestAppOptions } from '../../../src/runtime/rest/app.ts';
import { answer } from '../../../src/runtime/rest/described-answer.ts';
import type { OperationDescriptor, Operations } from '../../../src/runtime/rest/operation-handlers.ts';
import type { AuditEntry } from '../../../src/runtime/shared/audit.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import type { Guard } from '../../../src/runtime/shared/guard.ts';
import type { Log } from '../../../src/runtime/shared/log.ts';

const isNumber = ((value: unknown) => typeof value === 'number') as Guard<number>;

const plain = {
  operationId: 'get',
  method: 'GET',
  path: '/',
  security: [],
  pathParameters: undefined,
  query: undefined,
  headers: undefined,
  headerNames: [],
  body: undefined,
} as const;

interface Served extends Partial<Pick<RestAppOptions<Operations, never>, 'origins'>> {
  readonly hooks?: Readonly<Record<string, (credentials: object) => unknown>>;
  readonly request?: RequestInit;
  readonly url?: string;
}

/** Answers one request to an operation. */
async function serveOne(
  operation: Partial<OperationDescriptor>,
  handler: (request: never, context: { readonly user?: unknown }) => Promise<unknown>,
  { hooks = {}, request = {}, url = 'http://localhost/', origins = [] }: Served = {},
) {
  const audited: AuditEntry[] = [];
  const error = vi.fn<Log['error']>();
  const app = createRestApp({
    operations: { get: { ...plain, responses: { 200: isNumber }, ...operation } },
    handlers: { get: handler },
    security: hooks,
    observer: { requestCompleted() {}, bodyInvalid() {} },
    log: { debug() {}, info() {}, warn() {}, error },
    audit: (entry: AuditEntry) => void audited.push(entry),
    origins,
    limits: { bodyBytes: 1000 },
  } as unknown as RestAppOptions<Operations, never>);
  const response = await app.fetch(new Request(url, request));
  return { status: response.status, headers: response.headers, text: await response.text(), audited, error };
}

describe('a response', () => {
  it.each([
    [201, { 201: isNumber }, 7, '7'],
    [204, { 204: null }, undefined, ''],
    [202, { 202: null, 400: isNumber }, undefined, ''],
  ])('has the only successful status of the contract: %i', async (status, responses, result, text) => {
    const response = await serveOne({ responses }, async () => result);
    expect([response.status, response.text]).toEqual([status, text]);
    expect(response.headers.has('content-length')).toBe(status === 202);
  });

  it.each([
    [{ status: 202 }, 202, ''],
    [{ status: 299, body: 5 }, 299, '5'],
    [{ status: 500, body: 5 }, 500, expect.stringContaining('internal')],
  ])('has the status that the handler chooses among several: %j', async (result, status, text) => {
    const response = await serveOne({ responses: { 202: null, '2XX': isNumber } }, async () => result);
    expect([response.status, response.text]).toEqual([status, text]);
  });

  it('may be thrown if the contract describes it', async () => {
    const operation = { ...plain, responses: { 200: isNumber, '4XX': isNumber, 302: null } };
    const refused = await serveOne(operation, async () => {
      throw answer(operation, 404, 3);
    });
    expect([refused.status, refused.text, refused.audited[0]?.outcome]).toEqual([404, '3', 'not_found']);
    const moved = await serveOne(operation, async () => {
      throw answer(operation, 302, undefined, { Location: '/other' });
    });
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/other']);
  });

  it.each([
    [503, 3, 'does not describe the status 503'],
    [404, 'three', 'body'],
  ])('must be that of the contract: %i with %j', async (status, body, message) => {
    const responses = { 200: isNumber, 404: isNumber };
    const response = await serveOne({ responses }, async () => {
      throw answer({ operationId: 'get', responses } as never, status as never, body as never);
    });
    expect(response.status).toBe(500);
    expect(String(response.error.mock.calls[0]?.[0].err)).toContain(message);
  });

  it.each([
    ['text/html', '<p>', 'text/html; charset=utf-8'],
    ['image/png', Uint8Array.of(65), 'image/png'],
    ['image/*', new Blob(['A'], { type: 'image/gif' }), 'image/gif'],
    ['*/*', new Blob(['A']).stream(), 'application/octet-stream'],
  ])('has text, bytes or a stream of type %s', async (type, body, sent) => {
    const response = await serveOne({ responses: { 200: type } }, async () => body);
    expect(response.headers.get('content-type')).toBe(sent);
    expect(response.text).toBe(typeof body === 'string' ? body : 'A');
  });

  it('is problem details if that is what the contract describes', async () => {
    const operation = {
      responses: { 200: isNumber, 404: isNumber },
      contentTypes: { 404: 'application/problem+json' },
    };
    const response = await serveOne(operation, async () => {
      throw new PostedError('not_found', 'There is no pet 7.');
    });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(response.text)).toMatchObject({
      title: 'Not Found',
      status: 404,
      detail: 'There is no pet 7.',
    });
  });
});

async function who(_request: never, { user }: { readonly user?: unknown }): Promise<string> {
  return Object(user).id ?? 'nobody';
}

describe('credentials', () => {
  const hooks = {
    key: ({ key }: { readonly key?: string }) => {
      if (key === 'k') return { id: 'by key' };
      throw new PostedError('unauthorized', 'The key is wrong.');
    },
    user: ({ username }: { readonly username?: string }) => ({ id: username }),
    token: ({ scopes }: { readonly scopes?: readonly string[] }) => ({ id: String(scopes) }),
  };
  const responses = { 200: ((value: unknown) => typeof value === 'string') as Guard<string> };
  const basic = `Basic ${btoa('ann:secret')}`;

  it.each([
    ['a header', { in: 'header', name: 'X-Key' }, '/', { 'x-key': 'k' }],
    ['the query', { in: 'query', name: 'key' }, '/?key=k', {}],
    ['a cookie', { in: 'cookie', name: 'key' }, '/', { cookie: 'a=b; key=k' }],
  ] as const)('are an API key in %s', async (_, source, path, headers) => {
    const operation = { responses, security: ['key'], schemes: { key: source } };
    const given = { hooks, request: { headers }, url: `http://localhost${path}` };
    expect((await serveOne(operation, who, given)).text).toBe('"by key"');
    const without = await serveOne(operation, who, { hooks });
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, null]);
    expect(without.text).toContain(`the ${source.in} ${source.name}`);
  });

  it('are a user and a password, or a token with the scopes of the contract', async () => {
    const operation = { responses, security: ['user'], schemes: { user: 'basic' } } as const;
    expect(
      (await serveOne(operation, who, { hooks, request: { headers: { authorization: basic } } })).text,
    ).toBe('"ann"');
    const without = await serveOne(operation, who, { hooks });
    expect(without.headers.get('www-authenticate')).toBe('Basic charset="UTF-8"');
    const bearer = { responses, security: ['token'], scopes: { token: ['read', 'write'] } };
    const given = { hooks, request: { headers: { authorization: 'Bearer t' } } };
    expect((await serveOne(bearer, who, given)).text).toBe('"read,write"');
  });

  it.each([
    [{ 'x-key': 'k', authorization: basic }, 200],
    [{ 'x-key': 'k' }, 401],
    [{ 'x-key': 'wrong', authorization: basic }, 401],
  ])('are all that a requirement lists: %j', async (headers, status) => {
    const schemes = { key: { in: 'header', name: 'X-Key' }, user: 'basic' } as const;
    const operation = { responses, security: [['key', 'user']], schemes };
    const response = await serveOne(operation, who, { hooks, request: { headers } });
    expect(response.status).toBe(status);
  });

  it('may be absent if the contract says so, but not wrong', async () => {
    const operation = {
      responses,
      security: ['key'],
      isOpen: true,
      schemes: { key: { in: 'header', name: 'X-Key' } },
    } as const;
    expect((await serveOne(operation, who, { hooks })).text).toBe('"nobody"');
    const wrong = await serveOne(operation, who, { hooks, request: { headers: { 'x-key': 'wrong' } } });
    expect(wrong.status).toBe(401);
  });

  it.each([
    ['https://evil.example', { kind: 'any' }, 401],
    ['https://evil.example', { kind: 'same-origin' }, 401],
    ['http://localhost', { kind: 'any' }, 200],
    ['https://app.example', ['https://app.example'], 200],
  ] as const)(
    'in a cookie count only for pages of this host and of listed origins: %s with %j',
    async (origin, origins, status) => {
      const operation = {
        responses,
        security: ['key'],
        schemes: { key: { in: 'cookie', name: 'key' } },
      } as const;
      const headers = { cookie: 'key=k', origin, host: 'localhost' };
      const response = await serveOne(operation, who, { hooks, request: { headers }, origins });
      expect(response.status).toBe(status);
    },
  );
});
