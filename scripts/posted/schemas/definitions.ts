import { type JsonSchema, subschemasOf } from './json-schema.ts';
import { type Definition, definitionOf } from './schema-set.ts';

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
export function endlessDefinitions(definitions: ReadonlyMap<string, Definition>): ReadonlySet<string> {
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
