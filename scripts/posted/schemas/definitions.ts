import { isSchemaObject, type JsonSchema, subschemasOf } from './json-schema.ts';

export type Dialect = 'draft-07' | '2020-12';

/** A schema that has a model: a component of the contract, or one made of what an operation or a channel says. */
export interface Definition {
  /** As in the contract, but normalized, and a reference names a definition: `#/definitions/<type>`. */
  readonly schema: JsonSchema;
  /** What it is made from: `schema Post`, `query of operation getFeed`. */
  readonly origin: string;
  /** The pointer into the contract to what stands, in the schema, behind these keys. */
  readonly locate: (keys: readonly string[]) => string;
}

/** The schemas of a contract by the names of their types. */
export type Definitions = ReadonlyMap<string, Definition>;

/** The definition that a schema refers to; null for a schema that stands for itself. */
export function definitionOf(schema: unknown): string | null {
  if (!isSchemaObject(schema) || typeof schema.$ref !== 'string') return null;
  return schema.$ref.slice('#/definitions/'.length);
}

/** The key of what a definition is to a client that receives it. No definition has such a name. */
export function receivedKey(definition: string): string {
  return `${definition} received`;
}

/** The definitions that a schema, or a schema in it, refers to. */
export function referencesOf(schema: JsonSchema): readonly string[] {
  const own = definitionOf(schema);
  return [
    ...(own === null ? [] : [own]),
    ...subschemasOf(schema).flatMap(([, inner]) => referencesOf(inner)),
  ];
}

/** A schema behind its references to definitions. */
export function resolveSchema(definitions: Definitions, schema: JsonSchema): JsonSchema {
  const definition = definitions.get(definitionOf(schema) ?? '');
  return definition === undefined ? schema : resolveSchema(definitions, definition.schema);
}

/** Keywords whose schemas are asked of the same value as the schema that has them. */
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
 * A definition of every circle of definitions that ask each other of the same value: checking one would never
 * end, and no type could be made of it. A circle through a property or an item ends with the value.
 */
export function endlessDefinitions(definitions: Definitions): ReadonlySet<string> {
  const endless = new Set<string>();
  const visited = new Set<string>();
  for (const name of definitions.keys()) visit(name, new Set());
  return endless;

  function visit(name: string, path: ReadonlySet<string>): void {
    if (path.has(name)) endless.add(name);
    if (visited.has(name)) return;
    visited.add(name);
    const longer = new Set([...path, name]);
    for (const other of asked(definitions.get(name)?.schema ?? true)) visit(other, longer);
  }
}

function asked(schema: JsonSchema): readonly string[] {
  const own = definitionOf(schema);
  const inner = subschemasOf(schema).filter(([[keyword]]) => ofSameValue.has(keyword));
  return [...(own === null ? [] : [own]), ...inner.flatMap(([, subschema]) => asked(subschema))];
}
