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

/** Replaces `$ref` while the parser, which would follow it, processes the document. */
const placeholder = 'x-ref';

/** Marks names while the parser processes the document: a private-use character, which names do not contain. */
const mark = '\uE026';

/** Names of methods that the parser and the page call on every object of the document. */
const reserved = /^(?:hasOwnProperty|toString|valueOf)$/;

/** Removes the marks from a page that was made of a parsed document. */
export function withoutMarks(page: string): string {
  return page.replaceAll(mark, '');
}

function markNames(value: unknown): unknown {
  if (typeof value === 'string') return markName(value);
  if (Array.isArray(value)) return value.map(markNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isReference = (name === '$ref' || name === placeholder) && typeof member === 'string';
      return [markName(name), isReference ? member.split('/').map(markName).join('/') : markNames(member)];
    }),
  );
}

function markName(name: string): string {
  return reserved.test(name) ? `${name}${mark}` : name;
}

/**
 * Parses a valid AsyncAPI 3 document like @asyncapi/parser: each reference is replaced by the object that it refers
 * to. The parser would visit every path through schemas that refer to each other, which takes exponential time;
 * this function lets it visit each schema once. Some names have a mark, which `withoutMarks` removes.
 */
export async function parseLinked(value: unknown): Promise<AsyncAPIDocumentInterface | undefined> {
  // As text, because the parser modifies its input.
  const text = JSON.stringify(markNames(replaceSchemas(value, unlink)));
  const { document } = await new Parser().parse(text);
  if (document !== undefined) link(document.json());
  return document;
}

/** Keeps the outermost reference of a schema, because some positions allow schemas of one kind only. */
function unlink(schema: SchemaObject): SchemaObject {
  return replaceInner(schema, (inner) => {
    const { $ref: reference, ...siblings } = inner;
    return unlink(referencedComponent(inner) === null ? inner : { ...siblings, [placeholder]: reference });
  });
}

/** Replaces each placeholder by the schema that it refers to. */
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
    const reference = isSchemaObject(schema) ? schema[placeholder] : undefined;
    const pointer = typeof reference === 'string' ? pointerOfReference(reference) : null;
    return pointer === null ? undefined : valueAt(document, pointer);
  }
}
