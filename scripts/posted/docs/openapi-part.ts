import { createElement as h, type ReactNode } from 'react';
import { Description } from './document-context.ts';
import type { JsonObject, JsonReader } from './json-reader.ts';
import { OperationView, type RestOperation, type Sample } from './operation-view.ts';
import { SchemaView } from './schema-view.ts';

/** The id of the element that shows a component's schema. */
export function restSchemaId(name: string): string {
  return `rest-schema-${name}`;
}

interface PartProps {
  readonly reader: JsonReader;
  readonly operations: readonly RestOperation[];
  readonly sample: Sample;
}

/** The servers, security schemes, operations and schemas of an OpenAPI document. */
export function OpenapiPart({ reader, operations, sample }: PartProps): ReactNode {
  const { servers, tags, components } = reader.root;
  const { securitySchemes, schemas } = reader.follow(components);
  const descriptionByTag = new Map(
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
      h(Description, { text: descriptionByTag.get(tag) }),
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
  const properties = ['type', 'scheme', 'bearerFormat', 'in', 'name'].flatMap((field) => {
    const value = scheme[field];
    return typeof value === 'string' ? [value] : [];
  });
  return h(
    'li',
    { key: name },
    h('code', null, name),
    ` ${properties.join(', ')}`,
    h(Description, { text: scheme.description }),
  );
}

function schemaView([name, schema]: readonly [string, unknown]): ReactNode {
  return h('li', { key: name, id: restSchemaId(name) }, h(SchemaView, { label: name, schema }));
}
