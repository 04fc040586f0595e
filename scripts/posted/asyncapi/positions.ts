import { isSchemaObject, replaceSubschemas, type SchemaObject } from '../schemas/json-schema.ts';

/**
 * What stands in a place of an AsyncAPI document (2.x or 3.x), as far as references are concerned.
 *
 * - object: one whose fields the specification names, or a list of them
 * - components: the Components Object
 * - names: objects by names that the author chose
 * - schema, schemas: a schema; schemas by name, or a list of them
 * - securityScheme, securitySchemes: the same of security schemes
 * - message, messages: the message of an operation of 2.x, or each of them; messages that are components
 * - data: anybody's JSON, in which `$ref` means nothing
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
  // What a message and its traits hold, a parameter of 2.x, a schema with its format, and bindings.
  ...each('schema', 'payload', 'headers', 'schema', 'query', 'key', 'groupId', 'clientId'),
  ['security', 'securitySchemes'],
  ['message', 'message'],
]);

function each(position: Position, ...names: readonly string[]): [string, Position][] {
  return names.map((name) => [name, position]);
}

/** AsyncAPI's own format of schemas, in which nothing but a version is said about a schema, and JSON Schema draft-07. */
const ownFormat = /^application\/(vnd\.aai\.asyncapi(\+\w+)?\s*(;|$)|schema\+\w+\s*;\s*version=draft-07$)/;

/** Whether an object says which format a schema beside it has, and that is the one which goes without saying. */
export function hasOwnFormat(value: object): boolean {
  return 'schemaFormat' in value && ownFormat.test(String(value.schemaFormat));
}

/** The position of a member of what stands in a position; those of a schema are told by its keywords. */
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
  // What has a format of its own: in 3.x the schema beside it, in 2.x the payload.
  const isForeign = 'schemaFormat' in parent && !hasOwnFormat(parent);
  if (isForeign && (key === 'payload' || key === 'schema')) return 'data';
  return fields.get(key) ?? 'object';
}

/** What stands where a schema may: it, or since 3.0 an object that holds it beside its format. */
export function isFormattedSchema(value: object): value is { readonly schema: unknown } {
  return 'schemaFormat' in value && 'schema' in value;
}

/** A copy of an AsyncAPI document in which `replace` has been asked for each schema that stands in no other. */
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

/** A copy of a schema in which `replace` has been asked for each directly inside it, but for `true` and `false`. */
export function replaceInner(
  schema: SchemaObject,
  replace: (inner: SchemaObject) => SchemaObject,
): SchemaObject {
  return Object(replaceSubschemas(schema, (inner) => (isSchemaObject(inner) ? replace(inner) : inner)));
}
