import { createElement as h, type ReactNode } from 'react';
import { Description } from './document-context.ts';
import type { Sample } from './example-views.ts';
import type { JsonObject, JsonReader } from './json-reader.ts';
import type { RestOperation } from './openapi-operations.ts';
import { OperationView } from './operation-view.ts';
import { SchemaView } from './schema-view.ts';

/** The id of the place where a component's schema is drawn. */
export function restSchemaId(name: string): string {
  return `rest-schema-${name}`;
}

interface PartProps {
  readonly reader: JsonReader;
  readonly operations: readonly RestOperation[];
  readonly sample: Sample;
}

/** What an OpenAPI document says of its servers, its security schemes, its operations and its schemas. */
export function OpenapiPart({ reader, operations, sample }: PartProps): ReactNode {
  const { servers, tags, components } = reader.root;
  const { securitySchemes, schemas } = reader.follow(components);
  const tagged = new Map(
    reader
      .items(tags)
      .map(reader.follow)
      .map(({ name, description }) => [name, description]),
  );
  const groups = [...Map.groupBy(operations, ({ tag }) => tag)].map(([tag, members]) =>
    h(
      'section',
      { key: tag },
      tag === '' ? null : h('h3', null, tag),
      h(Description, { text: tagged.get(tag) }),
      ...members.map((operation) => h(OperationView, { key: operation.id, operation, reader, sample })),
    ),
  );
  return [
    section('Servers', reader.items(servers).map(reader.follow).map(serverView)),
    section('Security', reader.members(securitySchemes).map(securitySchemeView)),
    h('h2', { key: 'Operations' }, 'Operations'),
    ...groups,
    section('Schemas', Object.entries(reader.follow(schemas)).map(schemaView)),
  ];
}

function section(title: string, items: readonly ReactNode[]): ReactNode {
  if (items.length === 0) return null;
  return h('section', { key: title }, h('h2', null, title), h('ul', { className: 'docs-list' }, ...items));
}

function serverView({ url, description }: JsonObject): ReactNode {
  return h('li', { key: String(url) }, h('code', null, String(url)), h(Description, { text: description }));
}

function securitySchemeView([name, scheme]: readonly [string, JsonObject]): ReactNode {
  const words = ['type', 'scheme', 'bearerFormat', 'in', 'name'].flatMap((field) => {
    const word = scheme[field];
    return typeof word === 'string' ? [word] : [];
  });
  return h(
    'li',
    { key: name },
    h('code', null, name),
    ` ${words.join(', ')}`,
    h(Description, { text: scheme.description }),
  );
}

function schemaView([name, schema]: readonly [string, unknown]): ReactNode {
  return h('li', { key: name, id: restSchemaId(name) }, h(SchemaView, { label: name, schema }));
}
