import { beforeAll, describe, expect, it } from 'vitest';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { prepareProject, tempFolder, typeCheck } from './generator.ts';
import { generateSchemas, readSchemas } from './schemas.ts';

interface Case {
  readonly schema: unknown;
  /** Its type in models.ts. */
  readonly type: string;
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
}

function reference(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

const cases: Readonly<Record<string, Case>> = {
  Nullable: {
    schema: { type: 'string', nullable: true },
    type: 'type Nullable = string | null;',
    valid: ['a', null],
    invalid: [1],
  },
  NullableEnum: {
    schema: { type: 'string', enum: ['a', 'b'], nullable: true },
    type: "type NullableEnum = 'a' | 'b' | null;",
    valid: ['a', null],
    invalid: ['c'],
  },
  NotNullable: {
    schema: { type: 'string', nullable: false },
    type: 'type NotNullable = string;',
    valid: ['a'],
    invalid: [null],
  },
  Untyped: {
    schema: { properties: { a: { items: { type: 'string' } } } },
    type: 'interface Untyped {\n  a?: string[];\n}',
    valid: [{}, { a: ['x'] }],
    invalid: [5, null, [], { a: {} }],
  },
  UntypedOptions: {
    schema: {
      type: ['object', 'null'],
      anyOf: [{ required: ['a'] }, { properties: { b: { type: 'null' } } }],
    },
    type: 'type UntypedOptions = ({ [name: string]: unknown } | null) & (',
    valid: [null, { a: 1 }, { b: null }],
    invalid: [{ b: 1 }, 'a'],
  },
  UntypedTests: {
    schema: JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]},"not":{"required":["c"]}}'),
    type: 'type UntypedTests = unknown;',
    valid: [{ a: 1, b: 1 }, { d: 1 }],
    invalid: [{ a: 1 }, { c: 1 }, 5],
  },
  Pair: {
    schema: {
      type: 'array',
      items: [{ type: 'string' }, { type: 'number' }],
      minItems: 2,
      additionalItems: false,
    },
    type: 'type Pair = [string, number];',
    valid: [['a', 1]],
    invalid: [['a'], ['a', 'b'], ['a', 1, 2]],
  },
  OpenPair: {
    schema: { items: [{ type: 'string' }, { type: ['number', 'null'] }], minItems: 1 },
    type: 'type OpenPair = [string, (number | null)?, ...unknown[]];',
    valid: [['a'], ['a', null], ['a', 1, {}]],
    invalid: [[], [1], 'a'],
  },
  Row: {
    schema: {
      type: 'array',
      items: [{ type: 'string' }],
      additionalItems: { type: 'object', properties: { x: {} } },
    },
    type: 'type Row = [string?, ...RowItem2[]];',
    valid: [[], ['a', { x: 1 }]],
    invalid: [['a', 1]],
  },
  Open: {
    schema: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: true },
    type: 'interface Open {\n  a?: string;\n\n  [name: string]: unknown;\n}',
    valid: [{ a: 'a', b: 1 }],
    invalid: [{ a: 1 }],
  },
  Patterns: {
    schema: {
      type: 'object',
      patternProperties: { '^s-': { type: 'string' }, '^n-': { type: 'number' } },
      additionalProperties: false,
    },
    type: 'type Patterns = { [name: string]: string | number };',
    valid: [{ 's-a': 'a', 'n-a': 1 }, {}],
    invalid: [{ 's-a': 1 }, { a: 1 }],
  },
  Constant: {
    schema: { const: { a: [1, null, { b: '*/' }], "it's": true } },
    type: `type Constant = {"a":[1,null,{"b":"*/"}],"it's":true};`,
    valid: [{ "it's": true, a: [1, null, { b: '*/' }] }],
    invalid: [{}, { a: [] }, { toString: 1, valueOf: 2 }],
  },
  Unique: {
    schema: { type: 'array', uniqueItems: true },
    type: 'type Unique = unknown[];',
    valid: [[1, '1', { constructor: {} }, { constructor: [] }, { toString: 1 }, { valueOf: 1 }]],
    invalid: [
      [{ constructor: {} }, { constructor: {} }],
      [{ toString: 1 }, { toString: 1 }],
    ],
  },
  Mixed: {
    schema: { enum: ['a', 1.5, -2, true, null, [1], { a: 'b' }] },
    type: `type Mixed = 'a' | 1.5 | -2 | true | null | [1] | {"a":"b"};`,
    valid: ['a', -2, null, [1], { a: 'b' }],
    invalid: ['b', [], {}],
  },
  Email: {
    schema: { type: 'string', pattern: '^[\\w-\\.\\_]+\\@([\\w-]+\\.)+[\\w-]{2,4}$' },
    type: 'type Email = string;',
    valid: ['a-b_c.d@e.example.org'],
    invalid: ['a@b', 'a b@c.org'],
  },
  Emoji: {
    schema: { type: 'string', pattern: '^\\p{Emoji_Presentation}$', minLength: 1, maxLength: 1 },
    type: 'type Emoji = string;',
    valid: ['💥'],
    invalid: ['💥💥', 'a'],
  },
  Unknown: {
    schema: { type: 'string', format: 'hasOwnProperty' },
    type: 'type Unknown = string;',
    valid: ['anything'],
    invalid: [1],
  },
  Formats: {
    schema: {
      type: 'object',
      properties: { at: { type: 'string', format: 'date-time' }, n: { type: 'integer', format: 'int32' } },
    },
    type: 'interface Formats {\n  at?: string;\n  n?: number;\n}',
    valid: [{ at: '2026-11-22T10:00:00Z', n: 1 }],
    invalid: [{ at: 'yesterday' }, { n: 2 ** 31 }],
  },
  Cat: {
    schema: {
      allOf: [reference('Animal'), { properties: { lives: { type: 'integer' } } }],
      properties: { kind: { const: 'Cat' } },
    },
    type: 'type Cat = CatPart1 & Animal & CatPart3;',
    valid: [{ kind: 'Cat', lives: 9 }],
    invalid: [{ kind: 'Dog' }, { lives: 9 }, { kind: 'Cat', lives: 'nine' }],
  },
  Animal: {
    schema: {
      type: 'object',
      discriminator: 'kind',
      required: ['kind'],
      properties: { kind: { type: 'string' } },
    },
    type: 'interface Animal {\n  kind: string;\n}',
    valid: [{ kind: 'Dog' }],
    invalid: [{}],
  },
  List: {
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { next: { anyOf: [reference('List'), { type: 'null' }] } },
    },
    type: 'interface List {\n  next?: List | null;\n}',
    valid: [{ next: { next: null } }],
    invalid: [{ next: { next: 1 } }],
  },
  Left: {
    schema: { oneOf: [{ type: 'string' }, { type: 'array', items: reference('Right') }] },
    type: 'type Left = string | Right[];',
    valid: ['a', [{ a: 'b' }, { a: [] }]],
    invalid: [[1], ['a']],
  },
  Right: {
    schema: { type: 'object', additionalProperties: reference('Left') },
    type: 'type Right = { [name: string]: Left };',
    valid: [{ a: 'b' }, { a: [{}] }],
    invalid: [{ a: 1 }],
  },
  Nested: {
    schema: { type: 'array', items: [{ allOf: [{ $ref: '#/components/schemas/Nested' }] }] },
    type: 'type Nested = [Nested?, ...unknown[]];',
    valid: [[], [[[]]]],
    invalid: [[1]],
  },
  Anything: { schema: true, type: 'type Anything = unknown;', valid: [1, null], invalid: [] },
  Nothing: { schema: false, type: 'type Nothing = never;', valid: [], invalid: [1, null] },
};

const project = tempFolder();
let models = '';
let guards: Readonly<Record<string, Guard<unknown>>> = {};

beforeAll(async () => {
  prepareProject(project);
  const schemas = Object.fromEntries(Object.entries(cases).map(([name, { schema }]) => [name, schema]));
  const { set } = await readSchemas(project, { schemas });
  ({ models, guards } = await generateSchemas(project, set));
});

describe.each(Object.entries(cases))('the schema %s', (name, { type, valid, invalid }) => {
  it('has a type', () => {
    expect(models).toContain(`export ${type}`);
  });

  it.each(valid.map((value) => ({ value })))('allows $value', ({ value }) => {
    expect(guards[`is${name}`]?.(value)).toBe(true);
  });

  it.each(invalid.map((value) => ({ value })))('refuses $value', ({ value }) => {
    expect(guards[`is${name}`]?.(value)).toBe(false);
  });
});

describe('the generated code', () => {
  it('type-checks strictly', async () => {
    expect(await typeCheck(project)).toBe('');
  });
});
