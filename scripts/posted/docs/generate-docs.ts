import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { createElement as h } from 'react';
import { isSchemaObject, referencedComponent } from '../schemas/json-schema.ts';
import { type ContractTitle, preamble } from '../source/preamble.ts';
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

/** A document in which every reference is local. */
export interface DocumentSource {
  /** A path or a file name. */
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
 * Writes a page about both documents, with its style sheets, into a folder, which is created. The page has no script
 * and loads nothing from other hosts. It links to the documents by file name, as if they were in the same folder. The
 * same documents always give the same bytes.
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
  const contract = contractTitleOf(asyncapi, title);
  const files = {
    'index.html': `${preamble(contract, 'markup')}\n${page}\n`,
    'icon.svg': `${preamble(contract, 'markup')}\n${icon}\n`,
    'react-component.css': `${preamble(contract, 'css')}\n${library.css}\n`,
    'page.css': `${preamble(contract, 'css')}\n${pageStyle}\n${reactComponentStyle}`,
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** A dot that sends out waves. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#0f766e" stroke-width="2"><circle cx="3" cy="13" r="2" fill="#0f766e"/><path d="M3 7a6 6 0 0 1 6 6M3 2a11 11 0 0 1 11 11"/></svg>';

async function asyncapiPart({ file, value }: DocumentSource, library: ReactComponent): Promise<Part> {
  const document = await parseLinked(value);
  if (document === undefined) throw new TypeError(`The parser cannot read ${file}.`);
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

/** The parser has replaced each reference with the very object that it refers to. */
function viewOfParsed(document: AsyncAPIDocumentInterface, { Markdown }: ReactComponent): DocumentView {
  const schemas = document.components().schemas().all();
  const names = new Map<unknown, string>(schemas.map((schema) => [schema.json(), schema.id()]));
  return {
    Markdown,
    resolve: (schema) => ({ schema, name: names.get(schema) ?? null }),
    idOf: asyncapiSchemaId,
  };
}

/** Schemas as they are written. Keywords beside a reference apply too (OpenAPI 3.1). */
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

function contractTitleOf({ file, value }: DocumentSource, title: string): ContractTitle {
  const { version } = infoOf(createJsonReader(value));
  return { file: basename(file), title, version: String(version) };
}
