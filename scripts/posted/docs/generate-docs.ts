import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { createElement as h } from 'react';
import { stringify } from 'yaml';
import { isSchemaObject, referencedComponent } from '../schemas/json-schema.ts';
import { type ContractTitle, generatedJson, preamble } from '../source/preamble.ts';
import { AsyncapiPart, asyncapiLinks, asyncapiSchemaId } from './asyncapi-part.ts';
import { Description, DocumentProvider, type DocumentView } from './document-context.ts';
import { EventStreamsView, eventStreamsId } from './event-streams-view.ts';
import { createJsonReader, type JsonObject, type JsonReader } from './json-reader.ts';
import { OpenapiPart, restSchemaId } from './openapi-part.ts';
import { operationsOf } from './operation-view.ts';
import { type Part, renderPage } from './page.ts';
import { pageStyle } from './page-style.ts';
import { parseLinked, withoutMarks } from './parse-linked.ts';
import { loadReactComponent, type ReactComponent } from './react-component.ts';
import { reactComponentStyle } from './react-component-style.ts';

/** A document with local references only. */
export interface DocumentSource {
  /** Its path or file name. */
  readonly file: string;
  readonly value: unknown;
  /** Whether it has more than the file, so that it is written next to the page, which links to it. */
  readonly isExpanded?: boolean;
}

export interface DocsSource {
  /** A valid AsyncAPI 3.0 document; null if there is only one of OpenAPI. */
  readonly asyncapi: DocumentSource | null;
  /** A valid OpenAPI 3.1 document; null if there is none. */
  readonly openapi: DocumentSource | null;
  /** The title of the page. */
  readonly title: string;
  /** The addresses of channels that can be read as server-sent events. */
  readonly streams?: readonly string[];
}

/**
 * Writes an HTML page about the documents and its style sheets into a folder, which is created. The page has no
 * scripts, loads nothing from other hosts, and links to the documents as files of the same folder. The same documents
 * always produce the same bytes.
 */
export async function generateDocs(
  { asyncapi, openapi, title, streams = [] }: DocsSource,
  folder: string,
): Promise<void> {
  const library = loadReactComponent();
  const parts = [
    ...(asyncapi === null ? [] : [await asyncapiPart(asyncapi, streams, library)]),
    ...(openapi === null ? [] : [openapiPart(openapi, library)]),
  ];
  const page = withoutMarks(
    renderPage({ title, icon: 'icon.svg', styles: ['react-component.css', 'page.css'], parts }),
  );
  const contract = contractTitleOf(asyncapi ?? openapi, title);
  const files = {
    'index.html': `${preamble(contract, 'markup')}\n${page}\n`,
    'icon.svg': `${preamble(contract, 'markup')}\n${icon}\n`,
    'react-component.css': `${preamble(contract, 'css')}\n${library.css}\n`,
    'page.css': `${preamble(contract, 'css')}\n${pageStyle}\n${reactComponentStyle}`,
    ...(asyncapi?.isExpanded === true
      ? { [`${basename(asyncapi.file)}.txt`]: textOf(asyncapi, contract) }
      : {}),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

function textOf({ file, value }: DocumentSource, contract: ContractTitle): string {
  if (!/\.ya?ml$/.test(file)) return generatedJson(contract, Object(value));
  // Without aliases, which not every YAML parser resolves.
  return `${preamble(contract, 'yaml')}\n${stringify(value, { aliasDuplicateObjects: false })}`;
}

/** A dot that emits waves. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#0f766e" stroke-width="2"><circle cx="3" cy="13" r="2" fill="#0f766e"/><path d="M3 7a6 6 0 0 1 6 6M3 2a11 11 0 0 1 11 11"/></svg>';

async function asyncapiPart(
  { file, value }: DocumentSource,
  streams: readonly string[],
  library: ReactComponent,
): Promise<Part> {
  const document = await parseLinked(value);
  if (document === undefined)
    throw new TypeError(`The AsyncAPI parser rejects ${file}, which passed validation.`);
  const info = infoOf(createJsonReader(value));
  return {
    title: 'WebSocket',
    id: 'websocket',
    file: basename(file),
    info,
    links: [
      ...asyncapiLinks(document),
      ...(streams.length === 0 ? [] : [{ id: eventStreamsId, kind: 'get', name: 'Server-sent events' }]),
    ],
    content: h(
      DocumentProvider,
      { value: viewOfParsed(document, library) },
      h(Description, { text: info.description }),
      h(AsyncapiPart, { AsyncApi: library.AsyncApi, document }),
      h(EventStreamsView, { addresses: streams }),
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

/** For a document in which each reference is replaced by the object that it refers to. */
function viewOfParsed(document: AsyncAPIDocumentInterface, { Markdown }: ReactComponent): DocumentView {
  const schemas = document.components().schemas().all();
  const names = new Map<unknown, string>(schemas.map((schema) => [schema.json(), schema.id()]));
  return {
    Markdown,
    resolve: (schema) => ({ schema, name: names.get(schema) ?? null }),
    idOf: asyncapiSchemaId,
  };
}

/** For a document with references. Keywords beside a reference apply too (OpenAPI 3.1). */
function viewOfRaw({ follow }: JsonReader, { Markdown }: ReactComponent): DocumentView {
  return {
    Markdown,
    resolve(schema) {
      if (!isSchemaObject(schema) || schema.$ref === undefined) return { schema, name: null };
      const { $ref: _reference, ...siblings } = schema;
      const target = follow(schema);
      const isAlone = Object.keys(siblings).length === 0;
      return { schema: isAlone ? target : { ...target, ...siblings }, name: referencedComponent(schema) };
    },
    idOf: restSchemaId,
  };
}

function contractTitleOf(source: DocumentSource | null, title: string): ContractTitle {
  if (source === null) throw new TypeError('The page needs a document.');
  const { file, value } = source;
  const { version } = infoOf(createJsonReader(value));
  return { file: basename(file), title, version: String(version) };
}
