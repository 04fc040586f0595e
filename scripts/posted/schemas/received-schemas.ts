import { type Definitions, definitionOf, receivedKey } from './definitions.ts';
import { isSchemaObject, type JsonSchema, replaceSubschemas, type SchemaObject } from './json-schema.ts';

/**
 * The schemas with which clients check received messages: the contract's schemas with open objects. Clients ignore fields
 * that the contract does not have, so that a server can add fields while clients are deployed. Clients in both generated
 * languages use them. What a server sends or accepts is checked with the contract's own schemas.
 *
 * An object is opened only where that can only allow more values. Clients therefore accept every message that the
 * contract allows.
 */

/** The schemas that differ for a client that receives a definition, by received key. */
export function receivedSchemas(
  definitions: Definitions,
  definition: string,
): ReadonlyMap<string, JsonSchema> {
  const changed = changedAmong(definitions, reachableFrom(definitions, definition));
  return new Map([...changed].map((name) => [receivedKey(name), open(schemaOf(definitions, name), changed)]));
}

/** The definitions with closed objects that a client opens to receive a definition. */
export function closedBehind(definitions: Definitions, definition: string): readonly string[] {
  return reachableFrom(definitions, definition).filter((name) => isClosedWithin(schemaOf(definitions, name)));
}

function schemaOf(definitions: Definitions, name: string): JsonSchema {
  return definitions.get(name)?.schema ?? true;
}

/** A definition, and those that it refers to where they can be opened. */
function reachableFrom(definitions: Definitions, definition: string): readonly string[] {
  const reached = new Set([definition]);
  // Iterating over a set includes values that are added meanwhile.
  for (const name of reached) {
    for (const other of openReferences(schemaOf(definitions, name))) reached.add(other);
  }
  return [...reached];
}

/** The definitions with closed objects, and those that refer to them. */
function changedAmong(definitions: Definitions, names: readonly string[]): ReadonlySet<string> {
  const referrers = new Map<string, string[]>();
  for (const name of names) {
    for (const other of openReferences(schemaOf(definitions, name))) {
      referrers.set(other, [...(referrers.get(other) ?? []), name]);
    }
  }
  const changed = new Set(names.filter((name) => isClosedWithin(schemaOf(definitions, name))));
  for (const name of changed) {
    for (const referrer of referrers.get(name) ?? []) changed.add(referrer);
  }
  return changed;
}

/** The definitions that a schema refers to from where it can be opened. */
function openReferences(schema: JsonSchema): readonly string[] {
  const reference = definitionOf(schema);
  if (reference !== null) return [reference];
  return openableWithin(schema).flatMap(openReferences);
}

function isClosedWithin(schema: JsonSchema): boolean {
  return isClosed(schema) || openableWithin(schema).some(isClosedWithin);
}

function isClosed(schema: JsonSchema): boolean {
  return (
    isSchemaObject(schema) &&
    (schema.additionalProperties === false || schema.unevaluatedProperties === false)
  );
}

function openableWithin(schema: JsonSchema): readonly JsonSchema[] {
  const found: JsonSchema[] = [];
  replaceSubschemas(schema, (inner, [keyword]) => {
    if (canOpen(keyword, schema)) found.push(inner);
    return inner;
  });
  return found;
}

/**
 * Whether a keyword's subschemas can allow more values without `schema` allowing fewer. That fails where they select
 * further conditions, or values to refuse or count.
 */
function canOpen(keyword: string, schema: JsonSchema): boolean {
  if (keyword === 'contains') return isSchemaObject(schema) && schema.maxContains === undefined;
  return keyword !== 'if' && keyword !== 'not';
}

/** Copies a schema without closed objects, and redirects references to `changed` definitions to the open ones. */
function open(schema: JsonSchema, changed: ReadonlySet<string>): JsonSchema {
  if (!isSchemaObject(schema)) return schema;
  const reference = definitionOf(schema);
  if (reference !== null && changed.has(reference)) {
    return { ...schema, $ref: `#/definitions/${receivedKey(reference)}` };
  }
  const copy = replaceSubschemas(schema, (inner, [keyword]) =>
    canOpen(keyword, schema) ? open(inner, changed) : inner,
  );
  if (!isSchemaObject(copy)) return copy;
  const opened = Object.fromEntries(
    Object.entries(copy).filter(
      ([keyword, value]) =>
        value !== false || (keyword !== 'additionalProperties' && keyword !== 'unevaluatedProperties'),
    ),
  );
  return hasOpened(schema.oneOf, changed) ? withAnyOf(opened) : opened;
}

/** Whether opening changes one of the schemas. */
function hasOpened(options: unknown, changed: ReadonlySet<string>): boolean {
  if (!Array.isArray(options)) return false;
  return options.some(
    (option: JsonSchema) =>
      isClosedWithin(option) || openReferences(option).some((name) => changed.has(name)),
  );
}

/** Replaces `oneOf`: without closed objects, a value can match two of its alternatives. */
function withAnyOf({ oneOf, ...schema }: SchemaObject): SchemaObject {
  if (schema.anyOf === undefined) return { ...schema, anyOf: oneOf };
  const { allOf = [] } = schema;
  return { ...schema, allOf: [...(allOf as readonly JsonSchema[]), { anyOf: oneOf }] };
}
