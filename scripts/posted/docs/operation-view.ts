import { createElement as h, type ReactNode } from 'react';
import { isSchemaObject } from '../schemas/json-schema.ts';
import { Description } from './document-context.ts';
import { ExampleViews, type Sample } from './example-views.ts';
import type { JsonObject, JsonReader } from './json-reader.ts';
import type { RestOperation } from './openapi-operations.ts';
import { SchemaView } from './schema-view.ts';

interface OperationProps {
  readonly operation: RestOperation;
  readonly reader: JsonReader;
  readonly sample: Sample;
}

/** An operation of an OpenAPI document: what it takes, who may call it, and what it answers. */
export function OperationView({ operation, reader, sample }: OperationProps): ReactNode {
  const { method, path, id, value, parameters } = operation;
  const { summary, description, deprecated, requestBody, security = reader.root.security } = value;
  const body = reader.follow(requestBody);
  return h(
    'article',
    { id, className: 'docs-operation' },
    h('h4', null, h('span', { className: 'docs-method' }, method), ' ', h('code', null, path)),
    typeof summary === 'string' ? h('p', null, summary) : null,
    deprecated === true ? h('p', null, h('strong', null, 'Deprecated.')) : null,
    h(Description, { text: description }),
    h('p', { className: 'docs-security' }, securityOf(security, reader)),
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
  const { name, in: place, required } = parameter;
  return h(
    'div',
    { key: `${String(place)} ${String(name)}` },
    h(SchemaView, {
      label: h('code', null, String(name)),
      note: `in ${String(place)}`,
      schema: schemaOf(parameter),
      isRequired: required === true,
    }),
    h(ExampleViews, { holder: parameter, reader }),
  );
}

/** A parameter's or a header's own description says more than that of its schema, which others use too. */
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
  /** For the bodies of errors, which are the same everywhere. */
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

/** Who may call an operation: any one of the requirements suffices; all schemes of one are needed together. */
function securityOf(security: unknown, reader: JsonReader): string {
  const ways = reader.items(security).map((requirement) =>
    Object.entries(reader.follow(requirement))
      .map(([name, scopes]) => {
        const list = reader.items(scopes).join(', ');
        return list === '' ? name : `${name} (${list})`;
      })
      .join(' and '),
  );
  // A requirement without schemes is met by everyone.
  return ways.length === 0 || ways.includes('') ? 'Open to everyone.' : `Needs ${ways.join(', or ')}.`;
}
