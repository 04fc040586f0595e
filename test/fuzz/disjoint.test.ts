import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContract } from '../../scripts/posted/contract/contract-document.ts';
import { ContractNode } from '../../scripts/posted/contract/contract-node.ts';
import { compilerOf } from '../../scripts/posted/schemas/compiler.ts';
import { SchemaSet } from '../../scripts/posted/schemas/schema-set.ts';
import { areDisjoint, shapesOf } from '../../scripts/posted/schemas/shapes.ts';
import { tempFolder } from '../scripts/generator.ts';
import { payloadsOf } from './payload.ts';

const seed = Number(process.env.FUZZ_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const pairs = Number(process.env.FUZZ_PAIRS ?? 300);
const payloadsOfPair = 60;

const folder = tempFolder();

type Schema = boolean | { readonly [keyword: string]: unknown };

const scalar = fc.constantFrom('a', 'b', 1, 1.5, true, null);
const property = fc.constantFrom('a', 'b', 'c');
const type = fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null');
const number = fc.constantFrom('number', 'integer', ['integer', 'null'], ['number', 'string']);
const names = ['A', 'B', 'C'];

/** Schemas from a small vocabulary, so that two of them often describe the same property. */
const { schema } = fc.letrec<{ schema: Schema; object: Schema; list: Schema[] }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.boolean(),
    fc.record({ type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })) }),
    fc.record({ type: number }),
    fc.record({ allOf: fc.tuple(fc.record({ type: number }), fc.record({ type: number })) }),
    fc.record({ const: scalar }),
    fc.record({ enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }) }),
    fc.record({ type, enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }), nullable: fc.boolean() }),
    fc.constantFrom(...names).map((name) => ({ $ref: `#/components/schemas/${name}` })),
    { weight: 6, arbitrary: tie('object') },
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ allOf: tie('list') }),
    fc.record({ anyOf: tie('list') }),
    fc.record({ oneOf: tie('list') }),
    fc.record({ not: tie('schema') }),
    fc.record({ if: tie('schema'), else: tie('schema') }),
  ),
  object: fc.record(
    {
      type: fc.oneof(
        { weight: 4, arbitrary: fc.constant('object') },
        fc.constantFrom('string', ['object', 'null']),
      ),
      required: fc.uniqueArray(property, { maxLength: 2 }),
      properties: fc.dictionary(property, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
      additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
      patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), tie('schema'), {
        maxKeys: 1,
        noNullPrototype: true,
      }),
      allOf: tie('list'),
      oneOf: tie('list'),
    },
    { requiredKeys: ['type'] },
  ),
  list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
}));

describe(`FUZZ_SEED=${seed}: schemas that are considered disjoint`, () => {
  it('have no value that matches both', async () => {
    const file = join(folder, 'contract.json');
    let proven = 0;
    for (const [index, list] of fc
      .sample(fc.tuple(schema, schema, schema), { seed, numRuns: pairs })
      .entries()) {
      // A component that is only a reference could refer to itself.
      const schemas = Object.fromEntries(names.map((name, at) => [name, { allOf: [list[at] ?? true] }]));
      writeFileSync(file, JSON.stringify({ components: { schemas } }));
      const document = await readContract(file);
      const set = new SchemaSet(
        document,
        'draft-07',
        new ContractNode(document).get('components', 'schemas'),
      );
      // Schemas that refer to themselves for the same value are refused.
      try {
        document.throwProblems();
      } catch {
        continue;
      }
      const compiler = compilerOf(set, 'json');
      const payloads = payloadsOf(schemas);
      for (const [one = '', other = ''] of [names.slice(0, 2), names.slice(1)]) {
        const [its, others] = [one, other].map((name) => shapesOf(set, [{ $ref: `#/definitions/${name}` }]));
        const disjoint = its?.every((shape) =>
          others?.every((candidate) => areDisjoint(set, shape, candidate)),
        );
        if (disjoint !== true) continue;
        proven += 1;
        const [isOne, isOther] = [compiler.compile(one), compiler.compile(other)];
        const either = fc.oneof(payloads.get(one) ?? scalar, payloads.get(other) ?? scalar);
        for (const value of fc.sample(either, { seed: seed + index, numRuns: payloadsOfPair })) {
          const matchesBoth = isOne(value) && isOther(value);
          expect(matchesBoth ? { value, schemas, one, other } : null).toBe(null);
        }
      }
    }
    expect(proven).toBeGreaterThan(pairs / 20);
  });
});
