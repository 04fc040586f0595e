import type { ContractDocument } from '../contract/contract-document.ts';
import { withDecimals } from './decimal-keyword.ts';
import { type Definitions, resolveSchema } from './definitions.ts';
import { isAnnotation, isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';
import { structuredText } from './structured-text.ts';

const scalars: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);

/** What the values of an object that arrives as text may be. */
export type TextValues = 'scalars' | 'lists' | 'any';

interface TextSchema {
  readonly schema: SchemaObject;
  /** The optional properties with a default. */
  readonly filled: readonly string[];
}

/**
 * Prepares the schema of an object whose values arrive as text (address parameters, a query, headers) for a guard that
 * converts them. Each value is a scalar or, with `lists`, a list of scalars, whose schema is inlined in the property, where Ajv
 * looks for defaults. With `any`, it may also be an object, a list of anything or another union, whose parts arrive as text.
 */
export function textSchemaOf(
  definitions: Definitions,
  definition: string,
  document: ContractDocument,
  values: TextValues = 'scalars',
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
    const value =
      convertible(definitions, property as JsonSchema, values !== 'scalars') ??
      (values === 'any' ? structuredText(definitions, property as JsonSchema) : null);
    if (value === null) {
      const lists = values === 'lists' ? ', or a list of them' : '';
      const fix = `use one or more of the types ${[...scalars].join(', ')}${lists}`;
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
    return [name, value];
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

/** The schema of a value that text can be converted to; null for another. */
function convertible(definitions: Definitions, schema: JsonSchema, lists: boolean): SchemaObject | null {
  const value = inlined(definitions, schema);
  if (value === null) return null;
  const { type = typeOfValues(value), items, anyOf, oneOf } = value;
  if (type === 'array') {
    const item = lists ? convertible(definitions, (items ?? true) as JsonSchema, false) : null;
    return item === null ? null : { ...value, items: item };
  }
  if (type !== undefined) {
    const types: readonly unknown[] = Array.isArray(type) ? type : [type];
    return types.every((each) => scalars.has(each) || each === 'null')
      ? finite({ ...value, type }, types)
      : null;
  }
  const alternatives = anyOf ?? oneOf;
  if (!Array.isArray(alternatives) || (anyOf !== undefined && oneOf !== undefined)) return null;
  const converted = alternatives.map((each: JsonSchema) => convertible(definitions, each, false));
  if (converted.includes(null)) return null;
  // The text has been converted by the alternative that matches, so another one must not count.
  const { oneOf: _oneOf, ...others } = value;
  return { ...others, anyOf: converted };
}

/** The only type of the values that a schema lists. */
function typeOfValues({ const: only, enum: values }: SchemaObject): string | undefined {
  const listed: readonly unknown[] = Array.isArray(values) ? values : only === undefined ? [] : [only];
  const types = new Set(listed.map((value) => typeof value));
  const [type = ''] = types;
  return types.size === 1 && scalars.has(type) ? type : undefined;
}

/** Adds limits that reject infinity, to which Ajv converts the text `Infinity`. */
function finite(schema: SchemaObject, types: readonly unknown[]): SchemaObject {
  if (!types.includes('number') && !types.includes('integer')) return schema;
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
