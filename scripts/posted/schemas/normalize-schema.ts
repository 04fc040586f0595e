import { isSchemaObject, type JsonSchema, type SchemaObject } from './json-schema.ts';

/** What is known of the values that a schema is asked of. */
export interface SchemaContext {
  /** Whether the type of a value is made of the schema; not of one that chooses or refuses values. */
  readonly givesType: boolean;
  /** The types that the schemas around it, which are asked of the same value, leave over; undefined for any. */
  readonly types: readonly unknown[] | undefined;
}

export const outermost: SchemaContext = { givesType: true, types: undefined };

/**
 * A schema with all that it says in JSON Schema's own words; the schemas inside it stay as they are, in their
 * places. OpenAPI's `nullable` becomes a type. Where a type is to be made of it, one that speaks of properties
 * or of items and has no `type` is of objects or of arrays: JSON Schema would allow everything else beside
 * them, and no type could say what a property is.
 */
export function normalizeSchema(schema: JsonSchema, context: SchemaContext): JsonSchema {
  if (!isSchemaObject(schema)) return schema;
  const type = context.givesType ? impliedType(schema, context.types) : undefined;
  return withNull(type === undefined ? schema : { type, ...schema });
}

/** The context of the schemas behind a keyword of a normalized schema. */
export function contextOf(keyword: string, schema: JsonSchema, context: SchemaContext): SchemaContext {
  if (['allOf', 'anyOf', 'oneOf'].includes(keyword)) {
    const types = isSchemaObject(schema) && schema.type !== undefined ? [schema.type].flat() : context.types;
    return { ...context, types };
  }
  return { givesType: context.givesType && !testing.has(keyword), types: undefined };
}

/** Keywords whose schemas choose and refuse values that others describe. */
const testing: ReadonlySet<string> = new Set([
  'contains',
  'dependencies',
  'dependentSchemas',
  'else',
  'if',
  'not',
  'propertyNames',
  'then',
]);

const ofObjects = ['additionalProperties', 'patternProperties', 'properties', 'required'];
const ofArrays = ['additionalItems', 'items', 'prefixItems'];

function impliedType(schema: SchemaObject, types: SchemaContext['types']): unknown {
  const says = (keyword: string): boolean => schema[keyword] !== undefined;
  if (['const', 'enum', 'type'].some(says)) return undefined;
  const [isObject, isArray] = [ofObjects.some(says), ofArrays.some(says)];
  if (isObject === isArray) return undefined;
  const type = isObject ? 'object' : 'array';
  if (types === undefined) return type;
  return types.includes(type) ? types : undefined;
}

/** `nullable` beside no `type` stays: it means nothing there (OpenAPI 3.0.3, Schema Object), and is refused. */
function withNull(schema: SchemaObject): SchemaObject {
  const { nullable, ...rest } = schema;
  if (nullable === false) return rest;
  if (nullable !== true || rest.type === undefined) return schema;
  const { type, enum: values } = rest;
  return {
    ...rest,
    type: [...new Set([type, 'null'].flat())],
    ...(Array.isArray(values) ? { enum: [...new Set<unknown>([...values, null])] } : {}),
  };
}
