import { describe, expect, it } from 'vitest';
import { tempFolder } from '../generator.ts';
import { changesOf } from './changes-of.ts';
import { type Edits, edited } from './chat.ts';

const folder = tempFolder();

const put = 'PUT /orders/{id}';
const operation = '/paths/~1orders~1{id}/put';

function json(schema: string): object {
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } };
}

const shop = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1.0.0' },
  paths: {
    '/orders/{id}': {
      put: {
        operationId: 'putOrder',
        security: [{ token: [] }],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 9 } },
          { name: 'dry', in: 'query', required: false, schema: { type: 'boolean', default: false } },
        ],
        requestBody: { required: true, ...json('Order') },
        responses: {
          200: { description: 'Stored.', ...json('Order') },
          400: { description: 'Refused.', ...json('Problem') },
        },
      },
    },
  },
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    schemas: {
      Order: { type: 'object', properties: { count: { type: 'integer', minimum: 1 } }, required: ['count'] },
      Problem: {
        type: 'object',
        properties: { message: { type: 'string' }, code: { enum: ['a'] } },
        required: ['message', 'code'],
      },
    },
  },
};

describe('a change of an OpenAPI contract', () => {
  it.each<[what: string, edits: Edits, expected: readonly string[]]>([
    ['nothing', {}, []],
    [
      'an operation',
      {
        '/paths': {
          '/orders': { put: { operationId: 'putAll', responses: { 200: { description: 'Stored.' } } } },
        },
      },
      [`breaking address-removed ${put}`, 'safe address-added PUT /orders'],
    ],
    [
      'a path parameter',
      { [`${operation}/parameters/0/schema/maxLength`]: 8 },
      [`breaking values-narrowed ${put} pathParameters /id`],
    ],
    [
      'a path parameter with a pattern that means the same',
      { [`${operation}/parameters/0/schema`]: { type: 'string', pattern: '^.{0,9}$' } },
      [`breaking values-narrowed ${put} pathParameters /id`],
    ],
    [
      'a query parameter required',
      {
        [`${operation}/parameters/1`]: {
          name: 'dry',
          in: 'query',
          required: true,
          schema: { type: 'boolean' },
        },
      },
      [`breaking values-narrowed ${put} query /`],
    ],
    ['a default', { [`${operation}/parameters/1/schema/default`]: true }, []],
    [
      'a smaller number',
      { '/components/schemas/Order/properties/count/minimum': 0 },
      [
        `breaking sent-payload-refused ${put} response 200 /count`,
        `safe received-payload-accepted ${put} body`,
      ],
    ],
    ['a code of an error', { '/components/schemas/Problem/properties/code/enum': ['a', 'b'] }, []],
    [
      'a member of an error',
      { '/components/schemas/Problem/required': ['message'] },
      [`breaking sent-payload-refused ${put} response 400 /`],
    ],
    [
      'another success',
      { [`${operation}/responses/201`]: { description: 'Created.' } },
      [`breaking response-added ${put} response 201`],
    ],
    [
      'another error',
      { [`${operation}/responses/404`]: { description: 'Unknown.' } },
      [`safe error-added ${put} response 404`],
    ],
    [
      'an error removed',
      { [`${operation}/responses/400`]: undefined },
      [`safe response-removed ${put} response 400`],
    ],
    [
      'credentials that are no longer required',
      { [`${operation}/security`]: [{ token: [] }, {}] },
      [`safe security-widened ${put}`],
    ],
  ])('%s', async (_, edits, expected) => {
    expect(await changesOf(folder, shop, edited(shop, edits))).toEqual(expected.toSorted());
  });

  it('is breaking if an operation without a body requires one', async () => {
    const old = edited(shop, { [`${operation}/requestBody`]: undefined });
    expect(await changesOf(folder, old, shop)).toEqual([`breaking body-required ${put} body`]);
  });

  it('is risky if a query is checked in another way and no example is found', async () => {
    const parameter = `${operation}/parameters/1/schema`;
    const [old, current] = ['^[0-9]$', '^\\d$'].map((pattern) =>
      edited(shop, { [parameter]: { type: 'string', pattern } }),
    );
    expect(await changesOf(folder, old ?? {}, current ?? {})).toEqual([
      `risky values-uncertain ${put} query`,
    ]);
  });

  it('is risky if what is sent has another pattern and no example is found', async () => {
    const count = '/components/schemas/Order/properties/count';
    const [old, current] = ['^[0-9]$', '^\\d$'].map((pattern) =>
      edited(shop, { [count]: { type: 'string', pattern } }),
    );
    expect(await changesOf(folder, old ?? {}, current ?? {})).toContain(
      `risky sent-payload-uncertain ${put} response 200`,
    );
  });
});
