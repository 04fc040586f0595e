import { type Definitions, resolveSchema } from './definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';

/**
 * A schema for a value whose parts arrive as text, inlined where it is used: lists and objects keep their schemas, and
 * of several alternatives the first that the text can be converted to counts.
 */
export function structuredText(definitions: Definitions, schema: JsonSchema, depth = 0): SchemaObject {
  const own = isSchemaObject(schema) ? schema : {};
  const resolved = resolveSchema(definitions, schema);
  if (!isSchemaObject(resolved)) return own;
  const { $ref: _reference, ...siblings } = own;
  const { oneOf, anyOf, allOf, ...rest }: SchemaObject =
    schema === resolved ? own : { ...resolved, ...siblings };
  const [only, ...others] = listOf(allOf);
  if (only !== undefined && others.length === 0 && depth < maxDepth) {
    return { ...structuredText(definitions, only, depth + 1), ...rest };
  }
  const alternatives = listOf(oneOf ?? anyOf);
  return {
    ...rest,
    ...(rest.type === undefined ? typeOfValues(rest) : {}),
    ...(allOf === undefined ? {} : { allOf }),
    ...(alternatives.length === 0 || depth >= maxDepth
      ? {}
      : {
          anyOf: alternatives
            .map((option) => structuredText(definitions, option, depth + 1))
            .toSorted(textLast),
        }),
  };
}

const maxDepth = 4;

function listOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value : [];
}

/** Values that are numbers or booleans need a type, to which their text is converted. */
function typeOfValues({ enum: values, const: constant }: SchemaObject): SchemaObject {
  const all: readonly unknown[] = Array.isArray(values) ? values : [constant];
  const types = new Set(all.map((value) => typeof value));
  const [type] = types;
  return types.size === 1 && (type === 'number' || type === 'boolean') ? { type } : {};
}

/** Any text is a string, so the other types come first. */
function textLast(one: SchemaObject, other: SchemaObject): number {
  return Number(isAnyText(one)) - Number(isAnyText(other));
}

function isAnyText({ type, enum: values, const: constant }: SchemaObject): boolean {
  return type === 'string' && values === undefined && constant === undefined;
}
