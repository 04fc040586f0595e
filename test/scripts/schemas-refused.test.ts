import { describe, expect, it } from 'vitest';
import { tempFolder } from './generator.ts';
import { judge } from './schemas.ts';

const folder = tempFolder();
const word = { $ref: '#/components/schemas/Word' };

/** The problem of a schema `Post`, next to a valid schema `Word`. */
const refused: readonly (readonly [schema: unknown, problem: string])[] = [
  [
    { minLenght: 1 },
    'Post/minLenght  `minLenght` is not a JSON Schema keyword; correct the spelling, or remove it',
  ],
  [
    { properties: { '\ud800': { type: 'string' } } },
    'Post/properties/\\ud800  the name contains an unpaired surrogate, which UTF-8 cannot encode; rename it',
  ],
  [{ $async: true }, 'Post/$async  `$async` is not supported; remove it'],
  [
    { properties: { a: { $id: 'a' } } },
    'Post/properties/a/$id  `$id` is not supported; refer to the schema as `#/components/schemas/NAME`',
  ],
  [
    { anyOf: [{ minLength: 1, nullable: true }] },
    'Post/anyOf/0/nullable  `nullable` is not supported; put it next to a `type`, or use `anyOf` with `type: "null"`',
  ],
  [
    { items: { ...word, nullable: true } },
    'Post/items  JSON Schema draft-07 ignores `nullable` next to $ref; use `anyOf` with the reference and `type: "null"`',
  ],
  [
    { items: { ...word, maxLength: 1, description: 'Short.' } },
    'Post/items  JSON Schema draft-07 ignores `maxLength` next to $ref; wrap the reference in an `allOf`',
  ],
  [
    { $schema: 'https://json-schema.org/draft/2020-12/schema' },
    'Post/$schema  schemas of this contract use JSON Schema draft-07, not "https://json-schema.org/draft/2020-12/schema"; rewrite the schema for draft-07, and remove `$schema`',
  ],
  [
    { properties: { a: { pattern: '(' } } },
    'Post/properties/a/pattern  the pattern is not a valid regular expression (ECMA-262): Unterminated group; correct the pattern',
  ],
  [
    { patternProperties: { '[': {} } },
    'Post/patternProperties/[  the pattern is not a valid regular expression (ECMA-262): Unterminated character class; correct the pattern',
  ],
  [{ enum: [] }, 'Post/enum  an empty `enum` allows no value; list the values, or remove it'],
  [{ required: ['a', ''] }, 'Post/required  a property with an empty name cannot be required; rename it'],
  [{ minLength: -1 }, 'Post/minLength  the schema is invalid: the value must be >= 0; correct the value'],
  [
    { type: 'text' },
    'Post/type  the schema is invalid: the value must be equal to one of the allowed values; correct the value',
  ],
  [
    { oneOf: [{ $ref: '#/components/schemas/Post' }, { type: 'null' }] },
    'Post  the schema refers to itself for the same value, so validation would never end; refer to it from a property or an item, or remove the cycle',
  ],
];

describe('a schema', () => {
  it.each(refused)('%j is refused with its position and a fix', async (schema, problem) => {
    const { problems } = await judge(folder, { schemas: { Post: schema, Word: { type: 'string' } } });
    expect(problems).toEqual([problem]);
  });

  it('in a cycle that applies to the same value is refused once', async () => {
    const [toA, toB, toC] = ['A', 'B', 'C'].map((name) => ({
      allOf: [{ $ref: `#/components/schemas/${name}` }],
    }));
    const { problems } = await judge(folder, { schemas: { A: toB, B: { not: toC }, C: toA } });
    expect(problems).toEqual([expect.stringMatching(/^A {2}the schema refers to itself/)]);
  });

  it('that is nested too deeply is refused', async () => {
    const deep = Array.from({ length: 500 }).reduce<object>((items) => ({ type: 'array', items }), {});
    const { problems } = await judge(folder, { schemas: { Deep: deep } });
    expect(problems).toEqual([
      expect.stringMatching(/^Deep\/items.* {2}the schema is nested too deeply; move a part/),
    ]);
  });

  it('in a cycle of too many schemas is refused, but not in a chain of as many', async () => {
    const cycle = await judge(folder, { schemas: links({ items: { $ref: '#/components/schemas/L0' } }) });
    expect(cycle.problems).toEqual([
      expect.stringMatching(/^L\d+ {2}this schema is part of a reference cycle of too many schemas/),
    ]);
    expect((await judge(folder, { schemas: links(true) })).problems).toEqual([]);
  });
});

/** A chain of 500 schemas, each with a property of the next, followed by a last one. */
function links(last: unknown): Readonly<Record<string, unknown>> {
  const schemas = Array.from({ length: 500 }, (_, index) => [
    `L${index}`,
    { properties: { next: { $ref: `#/components/schemas/L${index + 1}` } } },
  ]);
  return { ...Object.fromEntries(schemas), L500: last };
}

describe('a warning', () => {
  it.each([
    [
      { format: 'iban' },
      'Post/format  the unknown format "iban" is not checked; use a format of JSON Schema, or a `pattern`',
    ],
    [
      { if: true },
      'Post/if  `if` has no effect without `then` or `else`; add `then` or `else`, or remove it',
    ],
    [
      { additionalItems: false },
      'Post/additionalItems  `additionalItems` has no effect without `items`; add `items`, or remove it',
    ],
    [
      { type: 'string', default: 1 },
      'Post/default  the default does not match its schema: the value must be string ("string"); correct the default or the schema',
    ],
    [
      { properties: { 'a/b%#?': { type: 'string', examples: ['a', 1] } } },
      'Post/properties/a~1b%#?/examples/1  the example does not match its schema: the value must be string ("string"); correct the example or the schema',
    ],
  ])('is given for %j', async (schema, warning) => {
    const { problems, warnings } = await judge(folder, { schemas: { Post: schema } });
    expect([problems, warnings]).toEqual([[], [warning]]);
  });

  it.each([
    {
      $schema: 'http://json-schema.org/draft-07/schema',
      $comment: 'x',
      'x-other': 1,
      example: 1,
      deprecated: true,
    },
    { properties: { a: { ...word, description: 'A word.', title: 'Word' } }, required: ['a'] },
    { type: 'object', minLength: 1, items: {} },
    { type: ['integer', 'string', 'null'], format: 'int64' },
  ])('is not given for %j', async (schema) => {
    const judged = await judge(folder, { schemas: { Post: schema, Word: { type: 'string' } } });
    expect(judged).toEqual({ problems: [], warnings: [] });
  });
});
