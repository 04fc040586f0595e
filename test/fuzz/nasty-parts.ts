import type { JsonValue } from 'fast-check';

export type Json = JsonValue;

/** By name: what stands in them. */
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
  readonly twin: string | null;
}

/** What a document is made of. */
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

/** The document that parts make. */
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
  { messages, parameters, query, headers, twin }: NastyChannel,
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
    ...(twin === null
      ? []
      : [
          [`${key} twin`, { ...(twin === 'address' ? own : { address: null }), messages: reply }] as [
            string,
            Json,
          ],
        ]),
  ];
}

function operationsOf(key: string, { operations, twin }: NastyChannel): [string, Json][] {
  const channel = { $ref: `#/channels/${pointer(key)}` };
  const replies = twin === null ? channel : { $ref: `#/channels/${pointer(`${key} twin`)}` };
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

/** The same document with its schemas in another file. */
export function split({ components, ...document }: { [field: string]: Json }): Files {
  const { schemas } = components as { readonly schemas: Json };
  const refer = (value: Json, place: string): Json =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/components/schemas/', `"${place}`));
  return {
    'contract.json': refer(document, 'schemas.json#/'),
    'schemas.json': refer(schemas, '#/'),
  };
}
