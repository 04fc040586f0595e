import type { JsonValue } from 'fast-check';

export type Json = JsonValue;

/** Contents of files, by name. */
export type Files = { readonly [name: string]: Json };

interface NastyOperation {
  readonly action: string;
  readonly name: string;
  readonly withReply: boolean;
  readonly security: Json;
  readonly trait: { [field: string]: Json } | null;
}

interface NastyChannel {
  readonly messages: { [name: string]: Json };
  readonly parameters: readonly string[];
  readonly query: { [name: string]: Json } | null;
  readonly headers: { [name: string]: Json } | null;
  readonly operations: readonly NastyOperation[];
  readonly sibling: string | null;
}

/** The parts of a document. */
interface Parts {
  readonly title: string;
  readonly server: { readonly pathname: string; readonly variable: Json; readonly security: Json };
  readonly components: readonly string[];
  readonly schemas: readonly Json[];
  readonly channels: readonly (readonly [name: string, channel: NastyChannel])[];
}

function pointer(key: string): string {
  return encodeURIComponent(key.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** Assembles a document. */
export function documentOf({ title, server: { pathname, variable, security }, ...parts }: Parts): {
  [field: string]: Json;
} {
  const { channels, components, schemas } = parts;
  return {
    asyncapi: '3.0.0',
    info: { title, version: '1.0.0' },
    servers: {
      main: { host: 'localhost', pathname, protocol: 'ws', variables: { version: variable }, security },
    },
    channels: Object.fromEntries(
      channels.flatMap(([key, channel], index) => channelsOf(key, channel, index, title)),
    ),
    operations: Object.fromEntries(channels.flatMap(([key, channel]) => operationsOf(key, channel))),
    components: {
      schemas: Object.fromEntries(components.map((component, index) => [component, schemas[index] ?? true])),
    },
  };
}

function channelsOf(
  key: string,
  { messages, parameters, query, headers, sibling }: NastyChannel,
  index: number,
  description: string,
): [string, Json][] {
  const own = {
    address: [`/${index}`, ...parameters.map((parameter) => `{${parameter}}`)].join('/'),
    parameters: Object.fromEntries(parameters.map((parameter) => [parameter, { description }])),
  };
  const ws = {
    ...(query === null ? {} : { query: { type: 'object', properties: query } }),
    ...(headers === null ? {} : { headers: { type: 'object', properties: headers } }),
  };
  const bindings = Object.keys(ws).length === 0 ? {} : { bindings: { ws } };
  const reply = {
    answered: { payload: { type: 'object', required: ['kind'], properties: { kind: { const: 0 } } } },
  };
  return [
    [key, { ...own, messages, ...bindings }],
    ...(sibling === null
      ? []
      : [
          [`${key} sibling`, { ...(sibling === 'address' ? own : { address: null }), messages: reply }] as [
            string,
            Json,
          ],
        ]),
  ];
}

function operationsOf(key: string, { operations, sibling }: NastyChannel): [string, Json][] {
  const channel = { $ref: `#/channels/${pointer(key)}` };
  const replies = sibling === null ? channel : { $ref: `#/channels/${pointer(`${key} sibling`)}` };
  return operations.map(({ action, name: own, withReply, security, trait }) => [
    own,
    {
      action,
      channel,
      ...(withReply ? { reply: { channel: replies } } : {}),
      ...(security === null ? {} : { security: [security] }),
      ...(trait === null ? {} : { traits: [trait] }),
    },
  ]);
}

/** Moves the schemas of a document to another file. */
export function split({ components, ...document }: { [field: string]: Json }): Files {
  const { schemas } = components as { readonly schemas: Json };
  const refer = (value: Json, target: string): Json =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/components/schemas/', `"${target}`));
  return {
    'contract.json': refer(document, 'schemas.json#/'),
    'schemas.json': refer(schemas, '#/'),
  };
}
