import { pointerOfReference, splitPointer } from '../contract/json-pointer.ts';

/** Where schemas stand inside a schema (JSON Schema draft-07 and 2020-12), and little more of what they mean. */

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

/** Whether a keyword says something to people, or to tools that are not ours, and nothing to a validator. */
export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith('x-');
}

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isSchemaObject(value);
}

/** What leads to a schema directly inside another: a keyword, and where it is in that. */
type Keys = readonly [keyword: string, ...string[]];

/** The schemas directly inside a schema, each with the keys that lead to it. */
export function subschemasOf(schema: JsonSchema): readonly (readonly [keys: Keys, schema: JsonSchema])[] {
  const found: [Keys, JsonSchema][] = [];
  replaceSubschemas(schema, (subschema, keys) => {
    found.push([keys, subschema]);
    return subschema;
  });
  return found;
}

/** A copy of a schema in which `replace` has been asked for each schema directly inside it. */
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

/** `Object.fromEntries` defines what a plain assignment could not: a member called `__proto__`. */
function mapValues(object: SchemaObject, map: (value: unknown, key: string) => unknown): SchemaObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

/** The component that `$ref` names; null for a schema without one, and for one to another place. */
export function referencedComponent(schema: JsonSchema): string | null {
  if (typeof schema === 'boolean' || typeof schema.$ref !== 'string') return null;
  const [components, schemas, name, ...rest] = splitPointer(pointerOfReference(schema.$ref) ?? '');
  const isComponent = components === 'components' && schemas === 'schemas' && rest.length === 0;
  return isComponent ? (name ?? null) : null;
}
