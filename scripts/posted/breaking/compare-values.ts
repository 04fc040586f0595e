import type { ErrorObject } from 'ajv';
import * as fc from 'fast-check';
import { splitPointer } from '../contract/json-pointer.ts';
import type { JsonSchema } from '../schemas/json-schema.ts';
import { proveInclusion, type Unproven } from './inclusion.ts';
import type { SchemaPair } from './schema-pair.ts';
import { mentionedIn, valuesOf } from './schema-values.ts';

/** A value that the writer may send and the reader refuses. */
export interface RefusedValue {
  readonly value: unknown;
  readonly error: ErrorObject;
}

/** What the reader makes of the writer's values. */
export type ValuesVerdict =
  | { readonly kind: 'accepted' }
  /** `isMentioned`: the writer's schema mentions all properties of the examples. Nobody who goes by it sends others. */
  | { readonly kind: 'refused'; readonly isMentioned: boolean; readonly examples: readonly RefusedValue[] }
  /** Neither a proof nor an example was found. */
  | { readonly kind: 'unknown'; readonly unproven: Unproven };

const runsPerSearch = 1000;
const maxExamples = 10;
/** The same contracts always get the same examples. */
const seed = 1;

/** Compares two schemas: by a proof, and where that fails by a search for a value that only the writer's allows. */
export function compareValues(pair: SchemaPair, writer: JsonSchema, reader: JsonSchema): ValuesVerdict {
  const unproven = proveInclusion(pair, writer, reader);
  if (unproven === null) return { kind: 'accepted' };
  const { definitions } = pair;
  const mentioned = mentionedIn(pair, [writer, reader]);
  for (const withOthers of [false, true]) {
    const values = valuesOf(writer, { definitions, mentioned, withOthers });
    const examples = searchRefused(pair, { writer, reader }, values);
    if (examples.length > 0) return { kind: 'refused', isMentioned: !withOthers, examples };
  }
  return { kind: 'unknown', unproven };
}

interface Schemas {
  readonly writer: JsonSchema;
  readonly reader: JsonSchema;
}

/** Refused values, one for each reason and as small as possible. */
function searchRefused(
  pair: SchemaPair,
  schemas: Schemas,
  values: fc.Arbitrary<unknown>,
): readonly RefusedValue[] {
  const examples = new Map<string, RefusedValue>();
  while (examples.size < maxExamples) {
    const found = findRefused(pair, schemas, values, (error) => examples.has(reasonOf(error)));
    if (found === null) break;
    examples.set(reasonOf(found.error), found);
  }
  return [...examples.values()];
}

function findRefused(
  pair: SchemaPair,
  { writer, reader }: Schemas,
  values: fc.Arbitrary<unknown>,
  isKnown: (error: ErrorObject) => boolean,
): RefusedValue | null {
  const property = fc.property(values, (value) => {
    if (!pair.matches(writer, value)) return true;
    const error = pair.errorOf(reader, value);
    return error === null || isKnown(error);
  });
  const { counterexample } = fc.check(property, { seed, numRuns: runsPerSearch });
  if (counterexample === null) return null;
  const [value] = counterexample;
  const error = pair.errorOf(reader, value);
  return error === null ? null : { value, error };
}

/** Without the position, which differs at each level of a recursive schema and for each element. */
function reasonOf({ instancePath, schemaPath, keyword, params }: ErrorObject): string {
  const [last = ''] = splitPointer(instancePath).slice(-1);
  const member = /^\d+$/.test(last) ? '*' : last;
  return JSON.stringify([schemaPath, member, keyword === 'additionalProperties' ? null : params]);
}
