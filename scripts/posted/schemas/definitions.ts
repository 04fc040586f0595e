import { isSchemaObject, type JsonSchema, subschemasOf } from './json-schema.ts';

export type Dialect = 'draft-07' | '2020-12';

/** A schema with a model: a component of the contract, or part of an operation or a channel. */
export interface Definition {
  /** Normalized, with references to definitions: `#/definitions/<type>`. */
  readonly schema: JsonSchema;
  /** Its origin in the contract: `schema Post`, `query of operation getFeed`. */
  readonly origin: string;
  /** The pointer into the contract for a path of keys in the schema. */
  readonly locate: (keys: readonly string[]) => string;
}

/** The schemas of a contract by the names of their types. */
export type Definitions = ReadonlyMap<string, Definition>;

/** The definition that a schema refers to; null if it is not a reference. */
export function definitionOf(schema: unknown): string | null {
  if (!isSchemaObject(schema) || typeof schema.$ref !== 'string') return null;
  return schema.$ref.slice('#/definitions/'.length);
}

/** The key of a definition's variant for receiving clients. No definition has such a name. */
export function receivedKey(definition: string): string {
  return `${definition} received`;
}

/** The definitions that a schema or its subschemas refer to. */
export function referencesOf(schema: JsonSchema): readonly string[] {
  const own = definitionOf(schema);
  return [
    ...(own === null ? [] : [own]),
    ...subschemasOf(schema).flatMap(([, inner]) => referencesOf(inner)),
  ];
}

/** Follows a schema's references to definitions. */
export function resolveSchema(definitions: Definitions, schema: JsonSchema): JsonSchema {
  const definition = definitions.get(definitionOf(schema) ?? '');
  return definition === undefined ? schema : resolveSchema(definitions, definition.schema);
}

/** Keywords whose schemas apply to the same value as the schema with the keyword. */
const ofSameValue: ReadonlySet<string> = new Set([
  'allOf',
  'anyOf',
  'dependencies',
  'dependentSchemas',
  'else',
  'if',
  'not',
  'oneOf',
  'then',
]);

/**
 * One definition of every cycle of definitions that apply to the same value. Validation would never end, and no type
 * could describe it. A cycle through a property or an item ends with the value.
 */
export function circularDefinitions(definitions: Definitions): ReadonlySet<string> {
  const circular = new Set<string>();
  const visited = new Set<string>();
  for (const name of definitions.keys()) visit(name, new Set());
  return circular;

  function visit(name: string, path: ReadonlySet<string>): void {
    if (path.has(name)) circular.add(name);
    if (visited.has(name)) return;
    visited.add(name);
    const longer = new Set([...path, name]);
    for (const other of appliedReferences(definitions.get(name)?.schema ?? true)) visit(other, longer);
  }
}

function appliedReferences(schema: JsonSchema): readonly string[] {
  const own = definitionOf(schema);
  const inner = subschemasOf(schema).filter(([[keyword]]) => ofSameValue.has(keyword));
  return [...(own === null ? [] : [own]), ...inner.flatMap(([, subschema]) => appliedReferences(subschema))];
}
