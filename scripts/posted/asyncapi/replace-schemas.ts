import { isSchemaObject, replaceSubschemas, type SchemaObject } from '../schemas/json-schema.ts';
import { type Position, positionOf } from './positions.ts';

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
