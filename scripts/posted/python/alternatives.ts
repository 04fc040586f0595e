import { definitionOf } from '../schemas/definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';

/** The schemas that a value must match, all of them. */
export type Parts = readonly JsonSchema[];

type Definitions = SchemaSet['definitions'];

/** A larger union would be unreadable. */
const maxAlternatives = 32;

/**
 * The alternatives of a schema: a value matches it if it matches all parts of one alternative. The parts themselves
 * have no alternatives. Null if there are too many. With `deep`, references are followed.
 */
export function alternativesOf(
  schema: JsonSchema,
  definitions: Definitions,
  deep: boolean,
  visited: ReadonlySet<string> = new Set(),
): readonly Parts[] | null {
  if (typeof schema === 'boolean') return schema ? [[]] : [[false]];
  const reference = definitionOf(schema);
  if (reference !== null) {
    if (!deep) return [[schema]];
    if (visited.has(reference)) return null;
    const target = definitions.get(reference)?.schema ?? true;
    return alternativesOf(target, definitions, true, new Set([...visited, reference]));
  }
  const { allOf, oneOf, anyOf, ...own } = schema;
  const all = [
    ...listOf(allOf).map((part) => alternativesOf(part, definitions, deep, visited)),
    ...[listOf(oneOf), listOf(anyOf)]
      .filter((options) => options.length > 0)
      .map((options) => either(options.map((option) => alternativesOf(option, definitions, deep, visited)))),
  ];
  const composed = all.length > 0;
  let found: readonly Parts[] = hasTypeInformation(own, composed) ? [[own]] : [[]];
  for (const options of all) {
    if (options === null || found.length * options.length > maxAlternatives) return null;
    found = found.flatMap((parts) => options.map((option) => [...parts, ...option]));
  }
  return found;
}

function either(options: readonly (readonly Parts[] | null)[]): readonly Parts[] | null {
  const all = options.flatMap((option) => option ?? []);
  return options.includes(null) || all.length > maxAlternatives ? null : all;
}

/** Whether the keywords of a schema, other than its composition, constrain its type. */
function hasTypeInformation(schema: SchemaObject, composed: boolean): boolean {
  if (schema.const !== undefined || schema.enum !== undefined) return true;
  const shapes = ['additionalProperties', 'items', 'patternProperties', 'properties', 'required'];
  if (shapes.some((keyword) => schema[keyword] !== undefined)) return true;
  return !composed && schema.type !== undefined;
}

export function isObjectSchema(schema: JsonSchema): schema is SchemaObject {
  if (!isSchemaObject(schema) || schema.const !== undefined || schema.enum !== undefined) return false;
  return (schema.type ?? impliedType(schema)) === 'object';
}

/** Whether a schema is a `const` or an `enum`. */
export function hasFixedValues(schema: JsonSchema): boolean {
  return isSchemaObject(schema) && (schema.const !== undefined || schema.enum !== undefined);
}

/** An object schema that combines two. Of a property in both, fixed values take precedence, then the first schema. */
export function mergeObjects(one: SchemaObject, other: SchemaObject): SchemaObject {
  const [ones, others] = [one, other].map(({ properties }) => (isSchemaObject(properties) ? properties : {}));
  const merged = Object.entries({ ...ones, ...others }).map(([name, later]) => {
    const earlier = ones !== undefined && Object.hasOwn(ones, name) ? ones[name] : undefined;
    return [name, earlier === undefined || hasFixedValues(later as JsonSchema) ? later : earlier];
  });
  return {
    ...one,
    ...other,
    type: 'object',
    properties: Object.fromEntries(merged),
    required: [...new Set([...stringsOf(one.required), ...stringsOf(other.required)])],
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

/** A keyword's value that may be one string or several. */
export function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
}
