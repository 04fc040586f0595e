import type { ContractDocument } from '../contract/contract-document.ts';
import { withDecimals } from './decimal-keyword.ts';
import { type Definitions, resolveSchema } from './definitions.ts';
import { isAnnotation, isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';

const scalars: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);

interface TextSchema {
  readonly schema: SchemaObject;
  /** The optional properties with a default. */
  readonly filled: readonly string[];
}

/**
 * Prepares the schema of an object whose values arrive as text (address parameters, a query, headers) for a guard that
 * converts them. Each value is a single scalar, with its schema inlined in the property, where Ajv looks for defaults.
 */
export function textSchemaOf(
  definitions: Definitions,
  definition: string,
  document: ContractDocument,
): TextSchema {
  const locate = definitions.get(definition)?.locate ?? (() => '');
  const schema = resolveSchema(definitions, { $ref: `#/definitions/${definition}` });
  if (!isSchemaObject(schema) || !isSchemaObject(schema.properties)) {
    const fix = 'use a schema with `type: object` and `properties`';
    document.report(locate([]), 'the schema does not list its values by name', fix);
    return { schema: {}, filled: [] };
  }
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const filled: string[] = [];
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const value = inlined(definitions, property as JsonSchema);
    if (value === null || !scalars.has(value.type)) {
      const fix = `use exactly one \`type\`: ${[...scalars].join(', ')}`;
      document.report(
        locate(['properties', name]),
        'text cannot be converted to a value of this schema',
        fix,
      );
      return [name, property];
    }
    if (value.default !== undefined && name in Object.prototype) {
      // Ajv applies a default only if the property is undefined, but every object inherits this one.
      const what = `\`${name}\` cannot have a default, because every JavaScript object has such a property`;
      document.report(locate(['properties', name]), what, 'remove the default, or rename the property');
    }
    if (value.default !== undefined && !required.includes(name)) filled.push(name);
    return [name, finite(value)];
  });
  const own = Object.fromEntries(properties) as Readonly<Record<string, JsonSchema>>;
  return { schema: withDecimals({ ...schema, properties: own }, own), filled };
}

/** A schema with its reference replaced by the target; null if that is not possible. */
function inlined(definitions: Definitions, schema: JsonSchema): SchemaObject | null {
  const resolved = resolveSchema(definitions, schema);
  if (!isSchemaObject(schema) || !isSchemaObject(resolved)) return null;
  if (schema === resolved) return schema;
  const { $ref: _reference, ...siblings } = schema;
  const isReplaceable = Object.keys(siblings).every(
    (keyword) => isAnnotation(keyword) || keyword === 'default',
  );
  return isReplaceable ? { ...resolved, ...siblings } : null;
}

/** Adds limits that reject infinity, to which Ajv converts the text `Infinity`. */
function finite(schema: SchemaObject): SchemaObject {
  if (schema.type !== 'number' && schema.type !== 'integer') return schema;
  const { maximum, exclusiveMaximum, minimum, exclusiveMinimum } = schema;
  return {
    ...schema,
    ...(maximum === undefined && exclusiveMaximum === undefined ? { maximum: Number.MAX_VALUE } : {}),
    ...(minimum === undefined && exclusiveMinimum === undefined ? { minimum: -Number.MAX_VALUE } : {}),
  };
}

/** Whether a schema allows only strings. */
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
