import { definitionOf } from '../schemas/definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';

/** Schemas that a value has to satisfy, all of them. */
export type Parts = readonly JsonSchema[];

type Definitions = SchemaSet['definitions'];

/** More would be a type that nobody can read. */
const mostAlternatives = 32;

/**
 * The schemas that a value has to satisfy, all of one list: they choose between no others. Null where there are
 * too many lists. `deep`: references are followed.
 */
export function alternativesOf(
  schema: JsonSchema,
  definitions: Definitions,
  deep: boolean,
  within: ReadonlySet<string> = new Set(),
): readonly Parts[] | null {
  if (typeof schema === 'boolean') return schema ? [[]] : [[false]];
  const reference = definitionOf(schema);
  if (reference !== null) {
    if (!deep) return [[schema]];
    if (within.has(reference)) return null;
    const target = definitions.get(reference)?.schema ?? true;
    return alternativesOf(target, definitions, true, new Set([...within, reference]));
  }
  const { allOf, oneOf, anyOf, ...own } = schema;
  const all = [
    ...listOf(allOf).map((part) => alternativesOf(part, definitions, deep, within)),
    ...[listOf(oneOf), listOf(anyOf)]
      .filter((options) => options.length > 0)
      .map((options) => either(options.map((option) => alternativesOf(option, definitions, deep, within)))),
  ];
  const composed = all.length > 0;
  let found: readonly Parts[] = saysType(own, composed) ? [[own]] : [[]];
  for (const options of all) {
    if (options === null || found.length * options.length > mostAlternatives) return null;
    found = found.flatMap((parts) => options.map((option) => [...parts, ...option]));
  }
  return found;
}

function either(options: readonly (readonly Parts[] | null)[]): readonly Parts[] | null {
  const all = options.flatMap((option) => option ?? []);
  return options.includes(null) || all.length > mostAlternatives ? null : all;
}

/** Whether a schema says, beside what others say that stand in it, something that a type can say. */
function saysType(schema: SchemaObject, composed: boolean): boolean {
  if (schema.const !== undefined || schema.enum !== undefined) return true;
  const shapes = ['additionalProperties', 'items', 'patternProperties', 'properties', 'required'];
  if (shapes.some((keyword) => schema[keyword] !== undefined)) return true;
  return !composed && schema.type !== undefined;
}

export function isObjectSchema(schema: JsonSchema): schema is SchemaObject {
  if (!isSchemaObject(schema) || schema.const !== undefined || schema.enum !== undefined) return false;
  return (schema.type ?? impliedType(schema)) === 'object';
}

export function isExact(schema: JsonSchema): boolean {
  return isSchemaObject(schema) && (schema.const !== undefined || schema.enum !== undefined);
}

/** An object of both kinds at once. Of a property in both, the one that says more of its type counts. */
export function mergeObjects(one: SchemaObject, other: SchemaObject): SchemaObject {
  const [ones, others] = [one, other].map(({ properties }) => (isSchemaObject(properties) ? properties : {}));
  const merged = Object.entries({ ...ones, ...others }).map(([name, later]) => {
    const earlier = ones !== undefined && Object.hasOwn(ones, name) ? ones[name] : undefined;
    return [name, earlier === undefined || isExact(later as JsonSchema) ? later : earlier];
  });
  return {
    ...one,
    ...other,
    type: 'object',
    properties: Object.fromEntries(merged),
    required: [...new Set([...textsOf(one.required), ...textsOf(other.required)])],
  };
}

export function impliedType({
  properties,
  required,
  items,
  additionalProperties,
  patternProperties,
}: SchemaObject): string | undefined {
  const ofObjects = [properties, required, additionalProperties, patternProperties];
  if (ofObjects.some((keyword) => keyword !== undefined)) return 'object';
  return items === undefined ? undefined : 'array';
}

function listOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value : [];
}

/** What may be written as one or as several. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
}
