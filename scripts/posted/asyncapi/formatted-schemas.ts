import type { ContractSource } from '../contract/contract-source.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import type { SourceLocation } from '../contract/problems.ts';
import { isAnnotation, isSchemaObject, type SchemaObject } from '../schemas/json-schema.ts';
import { formatMark, type SchemaFormat, schemaFormatOf } from '../schemas/schema-formats.ts';

/** The outermost schemas of files that are written in another format, by their pointers. */
const roots = new WeakMap<ContractSource, ReadonlyMap<string, SchemaFormat>>();

/** The format of the schema at a location; null for draft-07 and AsyncAPI's own, and outside of schemas. */
export function formatAt({ source, pointer }: SourceLocation): SchemaFormat | null {
  for (const [root, format] of rootsOf(source)) {
    if (pointer === root || pointer.startsWith(`${root}/`)) return format;
  }
  return null;
}

/** The copy of the schema at a location, with a mark if it has another format. */
export function mark(copy: unknown, from: SourceLocation): unknown {
  const format = formatAt(from);
  return format !== null && isSchemaObject(copy) ? { ...copy, [formatMark]: format } : copy;
}

/** The copy of the schema at a location, with a mark if it is the outermost one of another format. */
export function markOutermost(copy: unknown, from: SourceLocation): unknown {
  return rootsOf(from.source).has(from.pointer) ? mark(copy, from) : copy;
}

/** A schema with a reference next to its keywords, which would have no effect in draft-07. */
export function withReference(schema: SchemaObject, reference: unknown): SchemaObject {
  if (reference === null) return schema;
  if (Object.keys(schema).every(isAnnotation)) return { ...schema, ...Object(reference) };
  const { allOf = [] } = schema;
  return { ...schema, allOf: [...(allOf as readonly unknown[]), reference] };
}

function rootsOf(source: ContractSource): ReadonlyMap<string, SchemaFormat> {
  const known = roots.get(source) ?? findRoots(source);
  roots.set(source, known);
  return known;
}

function findRoots(source: ContractSource): ReadonlyMap<string, SchemaFormat> {
  const found = new Map<string, SchemaFormat>();
  visit(source.value, '');
  return found;

  function visit(value: unknown, pointer: string): void {
    if (typeof value !== 'object' || value === null) return;
    const format = 'schemaFormat' in value ? schemaFormatOf(value.schemaFormat) : null;
    for (const [key, child] of Object.entries(value)) {
      const at = joinPointer(pointer, key);
      // In 2.x, the format is next to the payload.
      if (format !== null && (key === 'schema' || key === 'payload')) found.set(at, format);
      else visit(child, at);
    }
  }
}
