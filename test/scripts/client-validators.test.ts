import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { explain } from '../../src/runtime/shared/guard.ts';
import { prepareProject, tempFolder } from './generator.ts';
import { generateSchemas } from './schemas.ts';

const conditions = JSON.parse(
  '{"if":{"properties":{"order":{"const":"down"}}},"then":{"required":["device"]}}',
);

const contract = {
  asyncapi: '3.0.0',
  info: { title: 'Lists', version: '1' },
  channels: {
    list: {
      address: '/lists/{page}',
      parameters: { page: { default: '1' } },
      messages: { item: { payload: { $ref: '#/components/schemas/Item' } } },
      bindings: {
        ws: {
          query: {
            type: 'object',
            additionalProperties: false,
            required: ['count', 'order'],
            properties: {
              count: { type: 'integer', minimum: -3, maximum: 100 },
              price: { type: 'number' },
              all: { type: 'boolean', const: true },
              order: { type: 'string', enum: ['up', 'down'], default: 'up' },
              device: { type: 'string', minLength: 2, maxLength: 3 },
            },
            ...conditions,
            dependencies: { price: ['all'] },
          },
        },
      },
    },
  },
  operations: { sendItem: { action: 'send', channel: { $ref: '#/channels/list' } } },
  components: {
    schemas: {
      Item: {
        type: 'object',
        required: ['id'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Item' } },
        },
      },
      Note: {
        type: 'object',
        required: ['tags'],
        properties: { tags: { type: 'array', items: { type: 'string', minLength: 2 } }, 'a/b': { const: 1 } },
      },
    },
  },
};

const folder = tempFolder();
let guards: Readonly<Record<string, Guard<unknown>>>;
let clientGuards: Readonly<Record<string, Guard<unknown>>>;
let imported: ReadonlySet<string>;

beforeAll(async () => {
  prepareProject(folder);
  const file = join(folder, 'lists.json');
  writeFileSync(file, JSON.stringify(contract));
  const { schemas } = await loadAsyncapi(file, { strict: false, allowRemote: false });
  ({ guards, clientGuards, imported } = await generateSchemas(folder, schemas));
});

const numbers = [
  '0',
  '-0',
  '-3',
  '-4',
  '007',
  '100',
  '101',
  '1.0',
  '1e2',
  '1e999',
  '0x1',
  '+1',
  ' 1',
  '',
  'Infinity',
  '٣',
];
const queries: readonly Readonly<Record<string, string>>[] = [
  {},
  ...numbers.map((count) => ({ count })),
  ...[...numbers, '.5', '1.5', '-2e-3'].map((price) => ({ count: '1', price, all: 'true' })),
  ...['true', 'false', '1', ''].map((all) => ({ count: '1', all })),
  { count: '1', price: '1' },
  { count: '1', order: 'down' },
  { count: '1', order: 'down', device: 'ab' },
  { count: '1', order: 'left' },
  { count: '1', device: 'a' },
  { count: '1', device: '💥💥💥' },
  { count: '1', device: 'abcd' },
  { count: '1', other: '1' },
  JSON.parse('{"count":"1","__proto__":"1"}'),
];

describe('the guard of a client', () => {
  it('judges values that arrive as text as Ajv does', () => {
    const name = 'isListQuery';
    const [guard, clientGuard] = [guards[name], clientGuards[name]];
    expect(imported).not.toContain(name);
    const verdicts = queries.map((query) => clientGuard?.({ ...query }));
    expect(verdicts).toEqual(queries.map((query) => guard?.({ ...query })));
    expect(new Set(verdicts)).toEqual(new Set([true, false]));
  });

  it('is that of Ajv for a recursive schema', () => {
    expect([...imported]).toEqual(['isItem']);
    expect(clientGuards.isItem).toBe(guards.isItem);
  });

  it.each([
    [[], 'the message must be object'],
    [{}, "the message must have required property 'tags'"],
    [{ tags: ['ab', 'c'] }, 'the message /tags/1 must have 2 to Infinity characters'],
    [{ tags: [], 'a/b': 2 }, 'the message /a~1b must be 1'],
  ])('says where and why it refuses %j', (value, text) => {
    const guard = clientGuards.isNote as Guard<unknown>;
    expect(guard(value)).toBe(false);
    expect(explain(guard, 'the message')).toBe(text);
  });

  it('forgets the error of the value before', () => {
    const guard = clientGuards.isNote as Guard<unknown>;
    expect([guard({}), guard({ tags: [] }), guard.errors]).toEqual([false, true, null]);
  });
});
