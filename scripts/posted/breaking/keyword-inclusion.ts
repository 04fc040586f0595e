import jsonEqual from '../schemas/json-equal.ts';
import type { SchemaObject } from '../schemas/json-schema.ts';
import { type Conjunction, type Kind, kindsOf } from './conjunction.ts';

const [numbers, objects, arrays]: readonly (readonly Kind[])[] = [
  ['integer', 'fraction'],
  ['object'],
  ['array'],
];

/** The kinds of values that a keyword says something about; all of them if it is not listed. */
export const kindsOfKeyword: Readonly<Record<string, readonly Kind[] | undefined>> = {
  minimum: numbers,
  maximum: numbers,
  exclusiveMinimum: numbers,
  exclusiveMaximum: numbers,
  multipleOf: numbers,
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  format: ['string'],
  minItems: arrays,
  maxItems: arrays,
  uniqueItems: arrays,
  items: arrays,
  prefixItems: arrays,
  additionalItems: arrays,
  contains: arrays,
  minContains: arrays,
  maxContains: arrays,
  unevaluatedItems: arrays,
  required: objects,
  minProperties: objects,
  maxProperties: objects,
  properties: objects,
  patternProperties: objects,
  additionalProperties: objects,
  propertyNames: objects,
  dependencies: objects,
  dependentRequired: objects,
  dependentSchemas: objects,
  unevaluatedProperties: objects,
};

/** Whether a keyword without schemas holds for every value of the writer. */
export function followsFrom(writer: Conjunction, reader: SchemaObject, keyword: string): boolean {
  const limit = Number(reader[keyword]);
  switch (keyword) {
    case 'type':
      return writer.kinds.isSubsetOf(kindsOf({ type: reader.type }));
    case 'minimum':
    case 'exclusiveMinimum':
      return isWithin(writer, { limit, isOpen: keyword === 'exclusiveMinimum', sign: 1 });
    case 'maximum':
    case 'exclusiveMaximum':
      return isWithin(writer, { limit, isOpen: keyword === 'exclusiveMaximum', sign: -1 });
    case 'multipleOf':
      return writer.numbers('multipleOf').some((step) => Number.isInteger(step / limit));
    case 'minLength':
    case 'minItems':
      return Math.max(0, ...writer.numbers(keyword)) >= limit;
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return Math.min(Number.POSITIVE_INFINITY, ...writer.numbers(keyword)) <= limit;
    case 'minProperties':
      return Math.max(writer.required.size, ...writer.numbers(keyword)) >= limit;
    case 'uniqueItems':
      return reader.uniqueItems !== true || Math.min(2, ...writer.numbers('maxItems')) < 2;
    case 'required':
      return new Set(reader.required as readonly string[]).isSubsetOf(writer.required);
    default:
      return false;
  }
}

/** A lower limit of the reader, or with `sign` -1 an upper one. If `isOpen`, the number itself is outside. */
interface Limit {
  readonly limit: number;
  readonly isOpen: boolean;
  readonly sign: 1 | -1;
}

/** Whether all numbers of the writer are within a limit. */
function isWithin(writer: Conjunction, { limit, isOpen, sign }: Limit): boolean {
  const isWhole = !writer.has('fraction');
  const fits = (least: number): boolean => (isOpen ? least > limit * sign : least >= limit * sign);
  const [closed, open] = sign === 1 ? ['minimum', 'exclusiveMinimum'] : ['maximum', 'exclusiveMaximum'];
  return (
    writer.numbers(closed ?? '').some((own) => fits(isWhole ? Math.ceil(own * sign) : own * sign)) ||
    writer
      .numbers(open ?? '')
      .some((own) => own * sign >= limit * sign || (isWhole && fits(Math.floor(own * sign) + 1)))
  );
}

/** Keywords that mean nothing without others of the same schema. */
const companions: readonly (readonly string[])[] = [
  ['if', 'then', 'else'],
  ['contains', 'minContains', 'maxContains'],
];

/** Whether both schemas have the same keyword, with the same references. */
export function isSame(writer: SchemaObject, reader: SchemaObject, keyword: string): boolean {
  // What is evaluated depends on the whole schema.
  const keywords = keyword.startsWith('unevaluated')
    ? Object.keys({ ...writer, ...reader })
    : (companions.find((group) => group.includes(keyword)) ?? [keyword]);
  return keywords.every((each) => jsonEqual(writer[each], reader[each]));
}
