import { pointerOfReference, splitPointer } from '../contract/json-pointer.ts';

/** The structure of JSON Schemas (draft-07 and 2020-12): where a schema has subschemas. */

export type JsonSchema = boolean | SchemaObject;

export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

const single: ReadonlySet<string> = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const listed: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']);
const mapped: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);

const annotations: ReadonlySet<string> = new Set([
  '$comment',
  '$schema',
  'deprecated',
  'description',
  'discriminator',
  'example',
  'examples',
  'externalDocs',
  'readOnly',
  'title',
  'writeOnly',
  'xml',
]);

/** Whether a keyword is for people or for other tools, and has no meaning for a validator. */
export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith('x-');
}

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isSchemaObject(value);
}

/** The path to a direct subschema: a keyword, and a key or an index inside its value. */
type Keys = readonly [keyword: string, ...string[]];

/** The direct subschemas of a schema, each with its path. */
export function subschemasOf(schema: JsonSchema): readonly (readonly [keys: Keys, schema: JsonSchema])[] {
  const found: [Keys, JsonSchema][] = [];
  replaceSubschemas(schema, (subschema, keys) => {
    found.push([keys, subschema]);
    return subschema;
  });
  return found;
}

/** Copies a schema and replaces each direct subschema with the result of `replace`. */
export function replaceSubschemas(
  schema: JsonSchema,
  replace: (subschema: JsonSchema, keys: Keys) => JsonSchema,
): JsonSchema {
  if (typeof schema === 'boolean') return schema;
  return mapValues(schema, (value, keyword) => {
    if (listed.has(keyword) && Array.isArray(value)) {
      return value.map((item: unknown, index) =>
        isSchema(item) ? replace(item, [keyword, String(index)]) : item,
      );
    }
    if (mapped.has(keyword) && isSchemaObject(value)) {
      return mapValues(value, (item, key) => (isSchema(item) ? replace(item, [keyword, key]) : item));
    }
    return single.has(keyword) && isSchema(value) ? replace(value, [keyword]) : value;
  });
}

/** Uses `Object.fromEntries`, because an assignment cannot define a member named `__proto__`. */
function mapValues(object: SchemaObject, map: (value: unknown, key: string) => unknown): SchemaObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

/** The component schema that `$ref` points to; null for other references, and without one. */
export function referencedComponent(schema: JsonSchema): string | null {
  if (typeof schema === 'boolean' || typeof schema.$ref !== 'string') return null;
  const [components, schemas, name, ...rest] = splitPointer(pointerOfReference(schema.$ref) ?? '');
  const isComponent = components === 'components' && schemas === 'schemas' && rest.length === 0;
  return isComponent ? (name ?? null) : null;
}
