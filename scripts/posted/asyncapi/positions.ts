import { isSchemaObject, replaceSubschemas, type SchemaObject } from '../schemas/json-schema.ts';
import { schemaFormatOf } from '../schemas/schema-formats.ts';

/**
 * The role of a value in an AsyncAPI document (2.x or 3.x), as far as references are concerned.
 *
 * - object: an object whose fields the specification defines, or a list of such objects
 * - components: the Components Object
 * - names: a map of objects, by names that the author chose
 * - schema, schemas: a schema; a map or a list of schemas
 * - securityScheme, securitySchemes: a security scheme; a map or a list of security schemes
 * - message, messages: an operation's message or messages in 2.x; the messages in components
 * - data: arbitrary JSON, in which `$ref` has no meaning
 */
export type Position =
  | 'object'
  | 'components'
  | 'names'
  | 'schema'
  | 'schemas'
  | 'securityScheme'
  | 'securitySchemes'
  | 'message'
  | 'messages'
  | 'data';

const fields: ReadonlyMap<string, Position> = new Map([
  ['components', 'components'],
  ...each('data', 'const', 'default', 'enum', 'examples'),
  ...each('names', 'bindings', 'channels', 'messages', 'operations', 'parameters', 'servers', 'variables'),
  // In messages and their traits, parameters of 2.x, schemas with a format, and bindings.
  ...each('schema', 'payload', 'headers', 'schema', 'query', 'key', 'groupId', 'clientId'),
  ['security', 'securitySchemes'],
  ['message', 'message'],
]);

function each(position: Position, ...names: readonly string[]): [string, Position][] {
  return names.map((name) => [name, position]);
}

/** AsyncAPI's default schema format with at most a version, and JSON Schema draft-07. */
const defaultFormat =
  /^application\/(vnd\.aai\.asyncapi(\+\w+)?\s*(;|$)|schema\+\w+\s*;\s*version=draft-07$)/;

/** Whether an object declares a format for the schema next to it that can be read: the default format, or a similar one. */
export function hasReadableFormat(value: object): boolean {
  if (!('schemaFormat' in value)) return false;
  return defaultFormat.test(String(value.schemaFormat)) || schemaFormatOf(value.schemaFormat) !== null;
}

/** The position of a member. Members of a schema count as data, because its keywords define their roles. */
export function positionOf(key: string, position: Position, parent: object): Position {
  switch (position) {
    case 'object':
    case 'message':
    case 'securityScheme':
      if (Array.isArray(parent)) return position;
      return position === 'message' && key === 'oneOf' ? 'message' : positionOfField(key, parent);
    case 'components':
      if (key === 'schemas' || key === 'securitySchemes' || key === 'messages') return key;
      return key.startsWith('x-') ? 'data' : 'names';
    case 'names':
      return 'object';
    case 'schemas':
      return 'schema';
    case 'securitySchemes':
      return 'securityScheme';
    case 'messages':
      return 'message';
    case 'schema':
    case 'data':
      return 'data';
  }
}

function positionOfField(key: string, parent: object): Position {
  if (key.startsWith('x-')) return 'data';
  // A schema in another format: `schema` in 3.x, `payload` in 2.x.
  const isForeign = 'schemaFormat' in parent && !hasReadableFormat(parent);
  if (isForeign && (key === 'payload' || key === 'schema')) return 'data';
  return fields.get(key) ?? 'object';
}

/** Whether a value is a Multi Format Schema Object (AsyncAPI 3.0), which can replace a schema. */
export function isFormattedSchema(value: object): value is { readonly schema: unknown } {
  return 'schemaFormat' in value && 'schema' in value;
}

/** Copies an AsyncAPI document and replaces each outermost schema with the result of `replace`. */
export function replaceSchemas(
  value: unknown,
  replace: (schema: SchemaObject) => unknown,
  position: Position = 'object',
): unknown {
  if (typeof value !== 'object' || value === null || position === 'data') return value;
  if (position === 'schema' && isSchemaObject(value) && !('schemaFormat' in value)) return replace(value);
  const members = Object.entries(value).map(([key, child]) => [
    key,
    replaceSchemas(child, replace, positionOf(key, position, value)),
  ]);
  return Array.isArray(value) ? members.map(([, child]) => child) : Object.fromEntries(members);
}

/** Copies a schema and replaces each direct subschema that is an object with the result of `replace`. */
export function replaceInner(
  schema: SchemaObject,
  replace: (inner: SchemaObject) => SchemaObject,
): SchemaObject {
  return Object(replaceSubschemas(schema, (inner) => (isSchemaObject(inner) ? replace(inner) : inner)));
}
