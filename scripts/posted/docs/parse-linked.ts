import { type AsyncAPIDocumentInterface, Parser } from '@asyncapi/parser';
import { replaceInner, replaceSchemas } from '../asyncapi/positions.ts';
import { joinPointer, pointerOfReference, setAt, valueAt } from '../contract/json-pointer.ts';
import {
  isSchemaObject,
  type JsonSchema,
  referencedComponent,
  type SchemaObject,
  subschemasOf,
} from '../schemas/json-schema.ts';

/** What stands in the place of a reference while the parser, which would follow it, looks at the document. */
const mark = 'x-ref';

/**
 * Parses an AsyncAPI 3 document without errors, as @asyncapi/parser does: in the place of each reference stands the
 * very object that it leads to. The parser takes the time of every way through schemas that refer to each other;
 * here it looks at each schema where that stands.
 */
export async function parseLinked(value: unknown): Promise<AsyncAPIDocumentInterface | undefined> {
  // As text, because the parser changes what it is given.
  const text = JSON.stringify(replaceSchemas(value, unlink));
  const { document } = await new Parser().parse(text);
  if (document !== undefined) link(document.json());
  return document;
}

/** The outermost reference of a schema is followed: it leads to one, and some places allow schemas of one kind only. */
function unlink(schema: SchemaObject): SchemaObject {
  return replaceInner(schema, (inner) => {
    const { $ref: reference, ...beside } = inner;
    return unlink(referencedComponent(inner) === null ? inner : { ...beside, [mark]: reference });
  });
}

/** Puts schemas in the places of their marks. */
function link(document: unknown): void {
  const linked = new Set<JsonSchema>();
  replaceSchemas(document, (schema) => {
    linkSchema(schema);
    return schema;
  });

  function linkSchema(schema: JsonSchema): void {
    if (linked.has(schema)) return;
    linked.add(schema);
    for (const [keys, inner] of subschemasOf(schema)) {
      const target = targetOf(inner);
      if (target === undefined) linkSchema(inner);
      else setAt(schema, joinPointer('', ...keys), target);
    }
  }

  function targetOf(schema: JsonSchema): unknown {
    const reference = isSchemaObject(schema) ? schema[mark] : undefined;
    const pointer = typeof reference === 'string' ? pointerOfReference(reference) : null;
    return pointer === null ? undefined : valueAt(document, pointer);
  }
}
