import { beforeAll, describe, expect, it } from 'vitest';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { prepareProject, tempFolder, typeCheck } from './generator.ts';
import { generateSchemas, judge, readSchemas } from './schemas.ts';

/** Each could break generated code, or collide with another name, in its own way. */
const names = [
  ...'Array Date Guard Object Partial Pick Promise Record Required String Symbol'.split(' '),
  ...'any never undefined null globalThis constructor toString hasOwnProperty valueOf'.split(' '),
  ...'models guard0 validate10 LeapYear a-b aB A_B 1st 💥 \' " */ ` \\ # ? é e\u0301 ß SS ﬀ 日本 a/b a~b a%20b'.split(
    ' ',
  ),
  ' ',
  'a b',
  '\n',
  '\u2028',
  ['$', '{x}'].join(''),
];

/** An object with a property for each schema, with the schema's name and values. */
const all = {
  type: 'object',
  additionalProperties: false,
  required: names,
  properties: Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        type: 'object',
        properties: {
          [name]: { enum: [name, index] },
          inner: {
            type: 'array',
            items: { type: 'object', properties: { [name]: { $ref: pointerTo(name) } } },
          },
        },
      },
    ]),
  ),
};

const many = Array.from({ length: 1000 }, (_, index) => `property ${index}`);

const schemas = {
  ...Object.fromEntries(names.map((name) => [name, { const: name }])),
  All: all,
  Properties: {
    type: 'object',
    required: many,
    properties: Object.fromEntries(many.map((name) => [name, {}])),
  },
  Values: { enum: many },
  Deep: Array.from({ length: 60 }).reduce<object>((a) => ({ type: 'object', properties: { a } }), {
    const: 1,
  }),
};

function pointerTo(name: string): string {
  return `#/components/schemas/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
}

const project = tempFolder();
let models = '';
let guards: Readonly<Record<string, Guard<unknown>>> = {};

beforeAll(async () => {
  prepareProject(project);
  const { set } = await readSchemas(project, { schemas });
  ({ models, guards } = await generateSchemas(project, set));
});

describe('schemas whose names are not identifiers', () => {
  it('are accepted', async () => {
    expect(await judge(project, { schemas })).toEqual({ problems: [], warnings: [] });
  });

  it('have types that type-check strictly', async () => {
    expect(await typeCheck(project)).toBe('');
  });

  it('have unique types and guards', () => {
    const types = [...models.matchAll(/^export (?:type|interface) (\S+)/gm)].map(([, type = '']) => type);
    expect(new Set(types).size).toBe(types.length);
    for (const [index, name] of names.entries()) {
      const guard = guards[`is${types[index]}`];
      expect([name, guard?.(name), guard?.(`${name} `)]).toEqual([name, true, false]);
    }
  });

  it('keep their names on the wire', () => {
    const value = Object.fromEntries(
      names.map((name) => [name, { [name]: name, inner: [{ [name]: name }] }]),
    );
    expect(guards.isAll?.(value)).toBe(true);
    for (const name of names) {
      const { [name]: _removed, ...others } = value;
      expect([name, guards.isAll?.(others)]).toEqual([name, false]);
      expect([name, guards.isAll?.({ ...value, [name]: { [name]: `${name} ` } })]).toEqual([name, false]);
      expect([name, guards.isAll?.({ ...value, [name]: { inner: [{ [name]: 0 }] } })]).toEqual([name, false]);
    }
  });
});

describe('a schema of unusual size', () => {
  it('with 1,000 properties keeps all of them', () => {
    expect(models.match(/^ {2}'property \d+': unknown;$/gm)).toHaveLength(1000);
  });

  it('with 1,000 values keeps all of them', () => {
    expect(models.match(/^ {2}\| 'property \d+';?$/gm)).toHaveLength(1000);
  });

  it('that is nested 60 objects deep is checked completely', () => {
    const [right, wrong] = [1, 2].map((value) =>
      Array.from({ length: 60 }).reduce<unknown>((a) => ({ a }), value),
    );
    expect([guards.isDeep?.(right), guards.isDeep?.(wrong)]).toEqual([true, false]);
  });
});
