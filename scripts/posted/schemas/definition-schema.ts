import type { ContractDocument } from '../contract/contract-document.ts';
import { valueAt } from '../contract/json-pointer.ts';
import type { Definition, Dialect } from './definitions.ts';
import {
  isAnnotation,
  isSchemaObject,
  type JsonSchema,
  referencedComponent,
  replaceSubschemas,
  type SchemaObject,
} from './json-schema.ts';
import { ineffective, unknownKeywords } from './unknown-keywords.ts';

/** The surroundings of a schema. */
interface Origin {
  readonly document: ContractDocument;
  readonly dialect: Dialect;
  /** The names of definitions, by the names of their component schemas. */
  readonly components: ReadonlyMap<string, string>;
  readonly locate: Definition['locate'];
}

/** Allows about half as many levels of schemas: more than people read, and few enough for the stack. */
const maximumKeys = 128;

/** Normalizes a schema of the contract, and turns references to components into references to definitions. */
export function definitionSchema(
  schema: JsonSchema,
  origin: Origin,
  keys: readonly string[] = [],
  context: SchemaContext = outermost,
): JsonSchema {
  if (keys.length > maximumKeys) {
    const fix = 'move a part of it to components.schemas and refer to it';
    origin.document.report(origin.locate(keys), 'the schema is nested too deeply', fix);
    return true;
  }
  if (isSchemaObject(schema) && typeof schema.$ref === 'string' && !mayRefer(schema, origin, keys))
    return true;
  const normalized = normalizeSchema(withoutUnknown(schema, origin, keys), context);
  const copy = replaceSubschemas(normalized, (inner, more) =>
    definitionSchema(inner, origin, [...keys, ...more], contextOf(more[0], normalized, context)),
  );
  const component = referencedComponent(copy);
  if (component === null || !isSchemaObject(copy)) return copy;
  return { ...copy, $ref: `#/definitions/${origin.components.get(component)}` };
}

/** Leaves out what has no meaning, with warnings. */
function withoutUnknown(
  schema: JsonSchema,
  { document, dialect, locate }: Origin,
  keys: readonly string[],
): JsonSchema {
  const unknown = isSchemaObject(schema) ? unknownKeywords(schema, dialect) : [];
  if (!isSchemaObject(schema) || unknown.length === 0) return schema;
  for (const keyword of unknown) {
    const { what, fix } = ineffective(keyword);
    document.warn(locate([...keys, keyword]), what, fix);
  }
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !unknown.includes(keyword)));
}

/** Whether a reference points to a component, and no keyword next to it would be ignored. */
function mayRefer(schema: SchemaObject, origin: Origin, keys: readonly string[]): boolean {
  const { document, dialect, components, locate } = origin;
  const component = referencedComponent(schema);
  if (component === null || !components.has(component)) {
    const fix = 'move the target to components.schemas';
    document.report(locate([...keys, '$ref']), 'the reference does not point to components.schemas', fix);
    return false;
  }
  const ignored = Object.keys(schema).filter((keyword) => !isAllowedNextToReference(keyword));
  if (dialect !== 'draft-07' || ignored.length === 0) return true;
  const what = `JSON Schema draft-07 ignores \`${ignored.join('`, `')}\` next to $ref`;
  const fix = ignored.includes('nullable')
    ? 'use `anyOf` with the reference and `type: "null"`'
    : 'wrap the reference in an `allOf`';
  document.report(locate(keys), what, fix);
  return false;
}

function isAllowedNextToReference(keyword: string): boolean {
  return keyword === '$ref' || keyword === 'default' || isAnnotation(keyword);
}

/** What is known about the values that a schema applies to. */
interface SchemaContext {
  /** Whether the schema describes a value's type, rather than testing values that another schema describes. */
  readonly givesType: boolean;
  /** The types that the surrounding schemas allow for the same value; undefined for any. */
  readonly types: readonly unknown[] | undefined;
}

const outermost: SchemaContext = { givesType: true, types: undefined };

/**
 * Rewrites a schema in plain JSON Schema, without its subschemas. `nullable` becomes a type. A schema that describes
 * properties or items without a `type` gets the type object or array: JSON Schema would also allow all other values,
 * and no TypeScript type could describe the properties.
 */
function normalizeSchema(schema: JsonSchema, context: SchemaContext): JsonSchema {
  if (!isSchemaObject(schema)) return schema;
  const type = context.givesType ? impliedType(schema, context.types) : undefined;
  return withNull(type === undefined ? schema : { type, ...schema });
}

/** The context of a keyword's subschemas in a normalized schema. */
function contextOf(keyword: string, schema: JsonSchema, context: SchemaContext): SchemaContext {
  if (['allOf', 'anyOf', 'oneOf'].includes(keyword)) {
    const types = isSchemaObject(schema) && schema.type !== undefined ? [schema.type].flat() : context.types;
    return { ...context, types };
  }
  return { givesType: context.givesType && !testing.has(keyword), types: undefined };
}

/** Keywords whose schemas test values that other schemas describe. */
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
  const has = (keyword: string): boolean => schema[keyword] !== undefined;
  if (['const', 'enum', 'type'].some(has)) return undefined;
  const [isObject, isArray] = [ofObjects.some(has), ofArrays.some(has)];
  if (isObject === isArray) return undefined;
  const type = isObject ? 'object' : 'array';
  if (types === undefined) return type;
  return types.includes(type) ? types : undefined;
}

/** Keeps `nullable` without `type`, which has no meaning (OpenAPI 3.0.3, Schema Object) and is refused later. */
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

/** A schema as written, without following its reference. The specification's schema has been checked before. */
export function rawSchema(document: ContractDocument, pointer: string): JsonSchema {
  return valueAt(document.value, pointer) as JsonSchema;
}
