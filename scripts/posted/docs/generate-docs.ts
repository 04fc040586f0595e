import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { createElement as h } from 'react';
import { isSchemaObject, referencedComponent } from '../schemas/json-schema.ts';
import { preamble } from '../source/typescript-source.ts';
import { AsyncapiPart, asyncapiLinks, asyncapiSchemaId } from './asyncapi-part.ts';
import { Description, DocumentProvider, type DocumentView } from './document-context.ts';
import { createJsonReader, type JsonObject, type JsonReader } from './json-reader.ts';
import { operationsOf } from './openapi-operations.ts';
import { OpenapiPart, restSchemaId } from './openapi-part.ts';
import { type Part, renderPage } from './page.ts';
import { pageStyle } from './page-style.ts';
import { parseLinked } from './parse-linked.ts';
import { loadReactComponent, type ReactComponent } from './react-component.ts';
import { reactComponentStyle } from './react-component-style.ts';

/** A document in which every reference leads to another place in it. */
export interface DocumentSource {
  /** Its path, or the name of its file. */
  readonly file: string;
  readonly value: unknown;
}

export interface DocsSource {
  /** AsyncAPI 3.0, without errors. */
  readonly asyncapi: DocumentSource;
  /** OpenAPI 3.1, without errors; null for none. */
  readonly openapi: DocumentSource | null;
  /** The title of the page. */
  readonly title: string;
}

/**
 * Writes a page about both documents, and its style sheets, into a folder, which is made. The page holds no script
 * and loads nothing from elsewhere. It links to the documents by the names of their files, as if they stood beside
 * it. The same documents give the same bytes.
 */
export async function generateDocs({ asyncapi, openapi, title }: DocsSource, folder: string): Promise<void> {
  const library = loadReactComponent();
  const parts = [
    await asyncapiPart(asyncapi, library),
    ...(openapi === null ? [] : [openapiPart(openapi, library)]),
  ];
  const page = renderPage({
    title,
    icon: 'icon.svg',
    styles: ['react-component.css', 'page.css'],
    parts,
  });
  const mark = markOf(asyncapi, title);
  const markupComment = `<!-- ${mark.replaceAll(/-(?=[-!>])/g, '- ')} -->`;
  const files = {
    'index.html': `${markupComment}\n${page}\n`,
    'icon.svg': `${markupComment}\n${icon}\n`,
    'react-component.css': `/* ${mark} */\n${library.css}\n`,
    'page.css': `/* ${mark} */\n${pageStyle}\n${reactComponentStyle}`,
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** A dot that something goes out from. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#0f766e" stroke-width="2"><circle cx="3" cy="13" r="2" fill="#0f766e"/><path d="M3 7a6 6 0 0 1 6 6M3 2a11 11 0 0 1 11 11"/></svg>';

async function asyncapiPart({ file, value }: DocumentSource, library: ReactComponent): Promise<Part> {
  const document = await parseLinked(value);
  if (document === undefined) throw new TypeError(`The parser finds nothing in ${file}.`);
  const info = infoOf(createJsonReader(value));
  return {
    title: 'WebSocket',
    id: 'websocket',
    file: basename(file),
    info,
    links: asyncapiLinks(document),
    content: h(
      DocumentProvider,
      { value: viewOfParsed(document, library) },
      h(Description, { text: info.description }),
      h(AsyncapiPart, { AsyncApi: library.AsyncApi, document }),
    ),
  };
}

function openapiPart({ file, value }: DocumentSource, library: ReactComponent): Part {
  const reader = createJsonReader(value);
  const info = infoOf(reader);
  const operations = operationsOf(reader);
  const sample = (schema: unknown) => library.sample(schema, value);
  return {
    title: 'REST',
    id: 'rest',
    file: basename(file),
    info,
    links: operations.map(({ id, method, path }) => ({ id, kind: method, name: path })),
    content: h(
      DocumentProvider,
      { value: viewOfRaw(reader, library) },
      h(Description, { text: info.description }),
      h(OpenapiPart, { reader, operations, sample }),
    ),
  };
}

function infoOf({ root, follow }: JsonReader): JsonObject {
  return follow(root.info);
}

/** In the place of each reference stands the very object that it leads to. */
function viewOfParsed(document: AsyncAPIDocumentInterface, { Markdown }: ReactComponent): DocumentView {
  const schemas = document.components().schemas().all();
  const names = new Map<unknown, string>(schemas.map((schema) => [schema.json(), schema.id()]));
  return {
    Markdown,
    resolve: (schema) => ({ schema, name: names.get(schema) ?? null }),
    idOf: asyncapiSchemaId,
  };
}

/** Schemas as they are written: what stands beside a reference holds too (OpenAPI 3.1). */
function viewOfRaw({ follow }: JsonReader, { Markdown }: ReactComponent): DocumentView {
  return {
    Markdown,
    resolve(schema) {
      if (!isSchemaObject(schema) || schema.$ref === undefined) return { schema, name: null };
      const { $ref: _reference, ...beside } = schema;
      const target = follow(schema);
      const isAlone = Object.keys(beside).length === 0;
      return { schema: isAlone ? target : { ...target, ...beside }, name: referencedComponent(schema) };
    },
    idOf: restSchemaId,
  };
}

function markOf({ file, value }: DocumentSource, title: string): string {
  const version = String(infoOf(createJsonReader(value)).version);
  return preamble({ file: basename(file), title, version }).replace(/^\/\/ /, '');
}
