import type { ContractDocument } from '../contract/contract-document.ts';
import type { Definition, Dialect } from './definitions.ts';
import {
  isAnnotation,
  isSchemaObject,
  type JsonSchema,
  referencedComponent,
  replaceSubschemas,
  type SchemaObject,
} from './json-schema.ts';

/** Where a schema stands. */
interface Place {
  readonly document: ContractDocument;
  readonly dialect: Dialect;
  /** The names of the definitions of component schemas, by those of the components. */
  readonly components: ReadonlyMap<string, string>;
  readonly locate: Definition['locate'];
}

/** About half as many schemas inside each other: more than anybody reads, and less than a stack holds. */
const maximumKeys = 128;

/** A schema of the contract as its definition has it: normalized, its references to components to definitions. */
export function definitionSchema(
  schema: JsonSchema,
  place: Place,
  keys: readonly string[] = [],
  context: SchemaContext = outermost,
): JsonSchema {
  if (keys.length > maximumKeys) {
    const fix = 'move a part of it into components.schemas and refer to it';
    place.document.report(place.locate(keys), 'schemas stand inside each other too deep', fix);
    return true;
  }
  if (isSchemaObject(schema) && typeof schema.$ref === 'string' && !mayRefer(schema, place, keys))
    return true;
  const normalized = normalizeSchema(schema, context);
  const copy = replaceSubschemas(normalized, (inner, more) =>
    definitionSchema(inner, place, [...keys, ...more], contextOf(more[0], normalized, context)),
  );
  const component = referencedComponent(copy);
  if (component === null || !isSchemaObject(copy)) return copy;
  return { ...copy, $ref: `#/definitions/${place.components.get(component)}` };
}

/** Whether a reference leads to a component, and nothing beside it is lost. */
function mayRefer(schema: SchemaObject, place: Place, keys: readonly string[]): boolean {
  const { document, dialect, components, locate } = place;
  const component = referencedComponent(schema);
  if (component === null || !components.has(component)) {
    const fix = 'move what it refers to into components.schemas';
    document.report(locate([...keys, '$ref']), 'a schema refers to what is no component schema', fix);
    return false;
  }
  const ignored = Object.keys(schema).filter((keyword) => !mayStandBesideReference(keyword));
  if (dialect !== 'draft-07' || ignored.length === 0) return true;
  const what = `JSON Schema draft-07 ignores \`${ignored.join('`, `')}\` beside $ref`;
  const fix = ignored.includes('nullable')
    ? 'write `anyOf` with the reference and `type: "null"`'
    : 'put the reference into an `allOf`';
  document.report(locate(keys), what, fix);
  return false;
}

function mayStandBesideReference(keyword: string): boolean {
  return keyword === '$ref' || keyword === 'default' || isAnnotation(keyword);
}

/** What is known of the values that a schema is asked of. */
interface SchemaContext {
  /** Whether the type of a value is made of the schema; not of one that chooses or refuses values. */
  readonly givesType: boolean;
  /** The types that the schemas around it, which are asked of the same value, leave over; undefined for any. */
  readonly types: readonly unknown[] | undefined;
}

const outermost: SchemaContext = { givesType: true, types: undefined };

/**
 * A schema with all that it says in JSON Schema's own words; the schemas inside it stay as they are, in their
 * places. OpenAPI's `nullable` becomes a type. Where a type is to be made of it, one that speaks of properties
 * or of items and has no `type` is of objects or of arrays: JSON Schema would allow everything else beside
 * them, and no type could say what a property is.
 */
function normalizeSchema(schema: JsonSchema, context: SchemaContext): JsonSchema {
  if (!isSchemaObject(schema)) return schema;
  const type = context.givesType ? impliedType(schema, context.types) : undefined;
  return withNull(type === undefined ? schema : { type, ...schema });
}

/** The context of the schemas behind a keyword of a normalized schema. */
function contextOf(keyword: string, schema: JsonSchema, context: SchemaContext): SchemaContext {
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
