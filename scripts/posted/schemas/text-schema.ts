import type { ContractDocument } from '../contract/contract-document.ts';
import { type Definitions, resolveSchema } from './definitions.ts';
import { isAnnotation, isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';

const scalars: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);

interface TextSchema {
  readonly schema: SchemaObject;
  /** The properties that are not required and have a default. */
  readonly filled: readonly string[];
}

/**
 * The schema of an object whose values arrive as text (address parameters, a query, headers), made ready for a
 * guard that converts them: each value is one scalar, and its schema stands in the property itself, which is
 * where Ajv looks for a default.
 */
export function textSchemaOf(
  definitions: Definitions,
  definition: string,
  document: ContractDocument,
): TextSchema {
  const locate = definitions.get(definition)?.locate ?? (() => '');
  const schema = resolveSchema(definitions, { $ref: `#/definitions/${definition}` });
  if (!isSchemaObject(schema) || !isSchemaObject(schema.properties)) {
    const fix = 'write a schema with `type: object` and `properties`';
    document.report(locate([]), 'no schema names the values that arrive as text here', fix);
    return { schema: {}, filled: [] };
  }
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const filled: string[] = [];
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const value = inPlace(definitions, property as JsonSchema);
    if (value === null || !scalars.has(value.type)) {
      const fix = `give it one \`type\`: ${[...scalars].join(', ')}`;
      document.report(locate(['properties', name]), 'text cannot be converted to what this schema says', fix);
      return [name, property];
    }
    if (value.default !== undefined && name in Object.prototype) {
      // Ajv fills in what is undefined, and finds the member that is always there.
      const what = `no default can be filled in for \`${name}\`, which every object of JavaScript has`;
      document.report(locate(['properties', name]), what, 'remove the default, or give it another name');
    }
    if (value.default !== undefined && !required.includes(name)) filled.push(name);
    return [name, finite(value)];
  });
  return { schema: { ...schema, properties: Object.fromEntries(properties) }, filled };
}

/** A schema with what its reference leads to; null where it cannot be written so. */
function inPlace(definitions: Definitions, schema: JsonSchema): SchemaObject | null {
  const resolved = resolveSchema(definitions, schema);
  if (!isSchemaObject(schema) || !isSchemaObject(resolved)) return null;
  if (schema === resolved) return schema;
  const { $ref: _reference, ...beside } = schema;
  const isReplaceable = Object.keys(beside).every(
    (keyword) => isAnnotation(keyword) || keyword === 'default',
  );
  return isReplaceable ? { ...resolved, ...beside } : null;
}

/** Ajv converts the text `Infinity` to a number that no JSON has: a limit refuses it. */
function finite(schema: SchemaObject): SchemaObject {
  if (schema.type !== 'number' && schema.type !== 'integer') return schema;
  const { maximum, exclusiveMaximum, minimum, exclusiveMinimum } = schema;
  return {
    ...schema,
    ...(maximum === undefined && exclusiveMaximum === undefined ? { maximum: Number.MAX_VALUE } : {}),
    ...(minimum === undefined && exclusiveMinimum === undefined ? { minimum: -Number.MAX_VALUE } : {}),
  };
}

/** Whether a schema allows strings alone. */
export function isOfStrings(
  definitions: Definitions,
  schema: JsonSchema,
  within: readonly JsonSchema[] = [],
): boolean {
  const resolved = resolveSchema(definitions, schema);
  if (!isSchemaObject(resolved) || within.includes(resolved)) return false;
  const { type, const: constant, enum: values, allOf, anyOf, oneOf } = resolved;
  const areStrings = (part: JsonSchema): boolean => isOfStrings(definitions, part, [...within, resolved]);
  const [parts, ...alternatives] = [allOf, anyOf, oneOf].map((list): readonly JsonSchema[] =>
    Array.isArray(list) ? list : [],
  );
  return (
    type === 'string' ||
    typeof constant === 'string' ||
    (Array.isArray(values) && values.every((value) => typeof value === 'string')) ||
    (parts ?? []).some(areStrings) ||
    alternatives.some((options) => options.length > 0 && options.every(areStrings))
  );
}
