import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../scripts/posted/schemas/json-schema.ts';
import { payloadsOf } from '../../fuzz/payload.ts';
import { tempFolder } from '../generator.ts';
import { type Outcome, object, text, whole } from './case.ts';
import { type ComparedWay, compareSchemas } from './compared-schemas.ts';
import { listCases } from './list-cases.ts';
import { objectCases } from './object-cases.ts';
import { scalarCases } from './scalar-cases.ts';
import { similarSchemas } from './similar-schemas.ts';

const folder = tempFolder();

const cases = [...scalarCases, ...objectCases, ...listCases];

const outcomes: Readonly<Record<ComparedWay['verdict']['kind'], Outcome>> = {
  accepted: 'safe',
  refused: 'breaking',
  unknown: 'risky',
};

function outcomeOf({ verdict }: ComparedWay): Outcome {
  return verdict.kind === 'refused' && !verdict.isMentioned ? 'risky' : outcomes[verdict.kind];
}

describe('a change of a payload', () => {
  it.each(cases)('%s', async (_, old, current, sent, received) => {
    const compared = await compareSchemas(folder, { X: old }, { X: current });
    expect([outcomeOf(compared.sent), outcomeOf(compared.received)]).toEqual([sent, received]);
    expect(contradictions(compared.sent, current)).toEqual([]);
    expect(contradictions(compared.received, old)).toEqual([]);
  });

  it('is found behind a reference, and a definition that has moved is not one', async () => {
    const old = { X: object({ y: { $ref: '#/components/schemas/Y' } }), Y: object({ n: whole }) };
    const moved = { X: object({ y: { $ref: '#/components/schemas/Z' } }), Z: object({ n: whole }) };
    const changed = { ...old, Y: object({ n: text }) };
    const [same, different] = [
      await compareSchemas(folder, old, moved),
      await compareSchemas(folder, old, changed),
    ];
    expect([outcomeOf(same.sent), outcomeOf(same.received)]).toEqual(['safe', 'safe']);
    expect(different.sent.verdict).toMatchObject({ examples: [{ value: { y: { n: '' } } }] });
  });
});

describe('every verdict on two similar schemas', () => {
  it('agrees with the guards of both', async () => {
    await fc.assert(
      fc.asyncProperty(similarSchemas, async ([old, current]) => {
        const compared = await compareSchemas(folder, { X: old }, { X: current });
        expect(contradictions(compared.sent, current)).toEqual([]);
        expect(contradictions(compared.received, old)).toEqual([]);
      }),
      { seed: 20261201, numRuns: Number(process.env.FUZZ_PAIRS ?? 60) },
    );
  });
});

/** The values on which the guards contradict the verdict: of the examples, or if it is safe of 1,000 payloads. */
function contradictions({ verdict, writes, reads }: ComparedWay, schema: JsonSchema): readonly unknown[] {
  const isRefused = (value: unknown): boolean => writes(value) && !reads(value);
  if (verdict.kind === 'refused') {
    return verdict.examples.filter(({ value }) => !isRefused(value));
  }
  const values = payloadsOf({ X: schema }).get('X') ?? fc.constant(null);
  return verdict.kind === 'accepted' ? fc.sample(values, { seed: 1, numRuns: 1000 }).filter(isRefused) : [];
}
