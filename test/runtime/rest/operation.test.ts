import { describe, expect, it } from 'vitest';
import type { Operations } from '../../../src/runtime/rest/operation-handlers.ts';
import { operations } from './operations.ts';
import { answerOf, startRest } from './rest-server.ts';

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const requests: readonly (readonly [
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  status: number,
  answer: unknown,
])[] = [
  ['GET', '/note/get/a', {}, 200, { text: 'a' }],
  ['GET', '/note/get/%C3%A9%2F%25', {}, 200, { text: 'é/%' }],
  ['GET', '/n%6Fte/get/a:b', {}, 200, { text: 'a:b' }],
  ['GET', '/note/get/first', {}, 200, { text: 'the first' }],
  ['GET', '/note/get/f%69rst', {}, 200, { text: 'the first' }],
  ['GET', '/note/get/%zz', {}, 400, 'invalid_request: path /id must be percent-encoded UTF-8'],
  ['GET', '/note/get/%ff', {}, 400, 'invalid_request: path /id must be percent-encoded UTF-8'],
  ['GET', '/note/get/%00', {}, 200, { text: '\0' }],
  ['GET', '/note/get/123456789', {}, 400, 'invalid_request: path /id must NOT have more than 8 characters'],
  ['GET', '/note/get/', {}, 404, 'not_found: There is nothing at this path.'],
  ['GET', '/note/get/a/', {}, 404, 'not_found: There is nothing at this path.'],
  ['GET', '/note/get/a/b', {}, 404, 'not_found: There is nothing at this path.'],
  ['GET', '/note%2Fget/a', {}, 404, 'not_found: There is nothing at this path.'],
  ['GET', '/', {}, 404, 'not_found: There is nothing at this path.'],
  ['GET', '/%', {}, 404, 'not_found: There is nothing at this path.'],
  ['GET', '/__proto__', {}, 404, 'not_found: There is nothing at this path.'],
  ['POST', '/note/get/a', {}, 405, 'method_not_allowed: This path accepts only GET and HEAD.'],
  ['PUT', '/note/get/first', {}, 405, 'method_not_allowed: This path accepts only GET and HEAD.'],
  ['GET', '/note/create', {}, 405, 'method_not_allowed: This path accepts only POST.'],
  ['OPTIONS', '/note/create', {}, 405, 'method_not_allowed: This path accepts only POST.'],
  ['PROPFIND', '/note/create', {}, 405, 'method_not_allowed: This path accepts only POST.'],
  ['GET', '/note/search?prefix=a', {}, 200, ['a', 'a', 'a']],
  ['GET', '/note/search?limit=1&prefix=a+%2B%20%C3%A9', {}, 200, ['a + é']],
  ['GET', '/note/search?prefix=a=b&&limit=1', {}, 200, ['a=b']],
  ['GET', '/note/search', {}, 400, "invalid_request: query must have required property 'prefix'"],
  [
    'GET',
    '/note/search?prefix',
    {},
    400,
    'invalid_request: query /prefix must NOT have fewer than 1 characters',
  ],
  ['GET', '/note/search?prefix=a&limit=0', {}, 400, 'invalid_request: query /limit must be >= 1'],
  ['GET', '/note/search?prefix=a&limit=x', {}, 400, 'invalid_request: query /limit must be integer'],
  ['GET', '/note/search?prefix=a&limit=1&limit=2', {}, 400, 'invalid_request: query /limit must be integer'],
  ['GET', '/note/search?prefix=a&prefix=b', {}, 400, 'invalid_request: query /prefix must be string'],
  [
    'GET',
    '/note/search?prefix=a&x=1',
    {},
    400,
    'invalid_request: query must NOT have additional properties: unknown property "x"',
  ],
  [
    'GET',
    '/note/search?prefix=a&__proto__=1',
    {},
    400,
    'invalid_request: query must NOT have additional properties: unknown property "__proto__"',
  ],
  ['GET', '/note/search?prefix=%ff', {}, 400, 'invalid_request: query /prefix must be percent-encoded UTF-8'],
  ['GET', '/note/search?%=a', {}, 400, 'invalid_request: query must be percent-encoded UTF-8'],
  ['GET', '/note/search?prefix=%00&limit=1', {}, 200, ['\0']],
  ['GET', '/note/get/a?cache=off', {}, 200, { text: 'a' }],
  ['PUT', '/note/delete/ada', bearer('of.ada'), 200, undefined],
  ['PUT', '/note/delete/ada', { Authorization: 'bearer   of.ada' }, 200, undefined],
  ['PUT', '/note/delete/ada', bearer('of.bob'), 403, 'forbidden: This note belongs to another user.'],
  [
    'PUT',
    '/note/delete/ada',
    {},
    401,
    'unauthorized: A bearer token is missing. Send it as Authorization: Bearer <token>.',
  ],
  [
    'PUT',
    '/note/delete/ada',
    { Authorization: 'Basic b2Y6YWRh' },
    401,
    'unauthorized: A bearer token is missing. Send it as Authorization: Bearer <token>.',
  ],
  [
    'PUT',
    '/note/delete/ada',
    { Authorization: 'Bearer' },
    401,
    'unauthorized: A bearer token is missing. Send it as Authorization: Bearer <token>.',
  ],
  [
    'PUT',
    '/note/delete/ada',
    bearer('of.ada of.bob'),
    401,
    'unauthorized: A bearer token is missing. Send it as Authorization: Bearer <token>.',
  ],
  ['PUT', '/note/delete/ada', bearer('forged'), 401, 'unauthorized: The token is malformed.'],
  ['PUT', '/note/delete/%zz', bearer('forged'), 401, 'unauthorized: The token is malformed.'],
];

describe('a request', () => {
  it.each(requests)(
    '%s %s with the headers %j gets status %i',
    async (method, path, headers, status, answer) => {
      const { url } = await startRest();
      const response = await fetch(`${url}${path}`, { method, headers });
      expect(await answerOf(response)).toEqual([status, answer]);
    },
  );

  it('passes headers in any case to the handler, checked', async () => {
    const { url } = await startRest();
    const create = (headers: Record<string, string>) =>
      fetch(`${url}/note/create`, {
        method: 'POST',
        body: '{"text":"hi"}',
        headers: { 'Content-Type': 'application/json', ...headers },
      }).then(answerOf);
    expect(await create({ 'IDEMPOTENCY-key': 'k1' })).toEqual([200, 'k1']);
    expect(await create({ 'Idempotency-Key': 'k 1' })).toEqual([
      400,
      'invalid_request: header /Idempotency-Key must match pattern "^[!-~]+$"',
    ]);
  });

  it('passes no header that the client did not send, even if its name is that of a member of Object.prototype', async () => {
    const createNote = { ...operations.createNote, headerNames: ['Constructor'] };
    const table: Operations = { ...operations, createNote };
    const { url } = await startRest({
      operations: table as typeof operations,
      handlers: { createNote: async ({ headers }) => JSON.stringify(Object.keys(headers)) },
    });
    const response = await fetch(`${url}/note/create`, {
      method: 'POST',
      body: '{"text":"hi"}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(await answerOf(response)).toEqual([200, '[]']);
  });
});
