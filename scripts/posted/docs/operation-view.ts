import { createElement as h, type ReactNode } from 'react';
import { methods } from '../openapi/openapi-fields.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';
import { Description } from './document-context.ts';
import type { JsonObject, JsonReader } from './json-reader.ts';
import { limitsText } from './limits-text.ts';
import { SchemaView } from './schema-view.ts';

export interface RestOperation {
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  /** The id of the element that shows it. */
  readonly id: string;
  /** Its first tag; '' if it has none. */
  readonly tag: string;
  readonly value: JsonObject;
  /** Including those of its path. */
  readonly parameters: readonly unknown[];
}

/** All operations of an OpenAPI document, in document order. */
export function operationsOf(reader: JsonReader): readonly RestOperation[] {
  return reader.members(reader.root.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      if (item[method] === undefined) return [];
      const value = reader.follow(item[method]);
      const { operationId = `${method}-${path}`, tags, parameters } = value;
      const [tag = ''] = reader.items(tags);
      return {
        method: method.toUpperCase(),
        path,
        id: `rest-operation-${String(operationId)}`,
        tag: String(tag),
        value,
        parameters: [...reader.items(item.parameters), ...reader.items(parameters)],
      };
    }),
  );
}

/** A value that conforms to a schema; undefined if none is found. */
export type Sample = (schema: unknown) => unknown;

interface OperationProps {
  readonly operation: RestOperation;
  readonly reader: JsonReader;
  readonly sample: Sample;
}

/** An operation of an OpenAPI document: its security, parameters, request body and responses. */
export function OperationView({ operation, reader, sample }: OperationProps): ReactNode {
  const { method, path, id, value, parameters } = operation;
  const { summary, description, deprecated, requestBody, security = reader.root.security } = value;
  const body = reader.follow(requestBody);
  const limits = limitsText(value['x-limits']);
  return h(
    'article',
    { id, className: 'docs-operation' },
    h('h4', null, h('span', { className: 'docs-method' }, method), ' ', h('code', null, path)),
    typeof summary === 'string' ? h('p', null, summary) : null,
    deprecated === true ? h('p', null, h('strong', null, 'Deprecated.')) : null,
    h(Description, { text: description }),
    h('p', { className: 'docs-security' }, securityOf(security, reader)),
    limits === null ? null : h('p', { className: 'docs-limits' }, limits),
    parameters.length === 0 ? null : h('h5', null, 'Parameters'),
    ...parameters.map((parameter) => parameterView(reader.follow(parameter), reader)),
    requestBody === undefined ? null : h('h5', null, 'Request body'),
    h(Description, { text: body.description }),
    h(Content, { content: body.content, isRequired: body.required === true, reader, sample }),
    h('h5', null, 'Responses'),
    h(
      'ul',
      { className: 'docs-list' },
      ...reader.members(value.responses).map((response) => responseView(response, reader, sample)),
    ),
  );
}

function parameterView(parameter: JsonObject, reader: JsonReader): ReactNode {
  const { name, in: location, required } = parameter;
  return h(
    'div',
    { key: `${String(location)} ${String(name)}` },
    h(SchemaView, {
      label: h('code', null, String(name)),
      note: `in ${String(location)}`,
      schema: schemaOf(parameter),
      isRequired: required === true,
    }),
    h(ExampleViews, { holder: parameter, reader }),
  );
}

/** The description of a parameter or header is more specific than that of its schema, which others may share. */
function schemaOf({ schema = true, description }: JsonObject): unknown {
  return isSchemaObject(schema) && typeof description === 'string' ? { ...schema, description } : schema;
}

function responseView(
  [status, response]: readonly [string, JsonObject],
  reader: JsonReader,
  sample: Sample,
): ReactNode {
  const headers = reader.members(response.headers).map(([name, header]) =>
    h(SchemaView, {
      key: name,
      label: h('code', null, name),
      note: 'header',
      schema: schemaOf(header),
      isRequired: header.required === true,
    }),
  );
  return h(
    'li',
    { key: status },
    h('strong', { className: 'docs-status' }, status),
    h(Description, { text: response.description }),
    ...headers,
    h(Content, { content: response.content, isBrief: !status.startsWith('2'), reader, sample }),
  );
}

interface ContentProps {
  readonly content: unknown;
  readonly isRequired?: boolean;
  /** Whether to omit details: errors have the same body everywhere. */
  readonly isBrief?: boolean;
  readonly reader: JsonReader;
  readonly sample: Sample;
}

function Content({ content, isRequired = false, isBrief = false, reader, sample }: ContentProps): ReactNode {
  return reader
    .members(content)
    .map(([type, media]) =>
      h(
        'div',
        { key: type },
        h(SchemaView, { label: h('code', null, type), schema: media.schema ?? true, isRequired, isBrief }),
        isBrief ? null : h(ExampleViews, { holder: media, reader, sample }),
      ),
    );
}

interface ExamplesProps {
  /** A parameter or a media type. */
  readonly holder: JsonObject;
  readonly reader: JsonReader;
  /** Creates an example if the document has none. */
  readonly sample?: Sample;
}

/** The examples of a parameter or a body. */
function ExampleViews({ holder, reader, sample }: ExamplesProps): ReactNode {
  const { example, examples, schema } = holder;
  const explicit = [
    ...(example === undefined ? [] : [['Example', example] as const]),
    ...reader.members(examples).map(([name, { value }]) => [`Example: ${name}`, value] as const),
  ];
  const generated = explicit.length > 0 || schema === undefined ? undefined : sample?.(schema);
  const shown =
    generated === undefined ? explicit : [['Example, generated from the schema', generated] as const];
  return shown.map(([title, value]) =>
    h(
      'figure',
      { key: title, className: 'docs-example' },
      h('figcaption', null, title),
      h('pre', { tabIndex: 0 }, h('code', null, JSON.stringify(value, null, 2))),
    ),
  );
}

/** Any one of the requirements suffices; a requirement needs all of its schemes. */
function securityOf(security: unknown, reader: JsonReader): string {
  const alternatives = reader.items(security).map((requirement) =>
    Object.entries(reader.follow(requirement))
      .map(([name, scopes]) => {
        const list = reader.items(scopes).join(', ');
        return list === '' ? name : `${name} (${list})`;
      })
      .join(' and '),
  );
  // A requirement without schemes is always met.
  return alternatives.length === 0 || alternatives.includes('')
    ? 'No authentication required.'
    : `Requires ${alternatives.join(', or ')}.`;
}
