import { _, type Ajv, type CodeKeywordDefinition } from 'ajv';
import { usePattern } from 'ajv/dist/vocabularies/code.js';
import type { JsonSchema, SchemaObject } from './json-schema.ts';

/** Ajv converts any text that JavaScript converts to a number, such as ` 1 `, `0x1`, `1e2` and `1.0`. */
const keyword = 'posted:decimal';

const patterns: Readonly<Record<string, string>> = {
  integer: '^(?!-0+$)-?[0-9]+$',
  number: '^-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$',
};

const definition: CodeKeywordDefinition = {
  keyword,
  type: 'string',
  schemaType: 'string',
  // The same as that of Ajv's `type`.
  error: { message: ({ schema }) => `must be ${String(schema)}` },
  code(context) {
    const pattern = usePattern(context, patterns[String(context.schema)] ?? '');
    context.pass(_`${pattern}.test(${context.data})`);
  },
};

export function addDecimalKeyword(ajv: Ajv): void {
  ajv.addKeyword(definition);
}

/**
 * Adds a condition to the schema of an object whose values arrive as text: numbers are decimal. Ajv converts a value
 * before it applies the keywords of its schema, so this comes before that schema.
 */
export function withDecimals(
  schema: SchemaObject,
  properties: Readonly<Record<string, JsonSchema>>,
): SchemaObject {
  const conditions = Object.entries(properties).flatMap(([name, property]) => {
    const own = decimalOf(property);
    const item = typeof property === 'object' ? decimalOf(property.items as JsonSchema | undefined) : null;
    // A list with one element is not a list yet.
    if (item !== null) return [[name, { ...item, items: item }]];
    return own === null ? [] : [[name, own]];
  });
  if (conditions.length === 0) return schema;
  const { allOf = [] } = schema;
  const decimals = { properties: Object.fromEntries(conditions) };
  return { ...schema, allOf: [decimals, ...(allOf as readonly JsonSchema[])] };
}

function decimalOf(schema: JsonSchema | undefined): SchemaObject | null {
  const type = typeof schema === 'object' ? schema.type : undefined;
  return typeof type === 'string' && Object.hasOwn(patterns, type) ? { [keyword]: type } : null;
}
