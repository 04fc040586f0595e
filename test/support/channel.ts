import { Ajv } from 'ajv';
import type { Connection, Principal, RequestOptions } from '../../src/runtime/server/handlers.ts';
import type {
  ChannelDescriptor,
  Contract,
  MessageDescriptor,
  OperationDescriptor,
  SecurityScheme,
} from '../../src/runtime/shared/descriptor.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { type LooseTypes, type StartOptions, startContractServer } from './contract-server.ts';

/** Builders of descriptors. Properties that a test does not set have the values of a minimal contract. */

const ajv = new Ajv({ allowUnionTypes: true });
const ajvForText = new Ajv({ coerceTypes: true, useDefaults: true });

function createGuard<Value>(schema: object): Guard<Value> {
  return ajv.compile<Value>(schema);
}

/** Creates a guard for values that arrive as text: it converts them and fills in defaults, in place. */
export function createTextGuard(schema: object): Guard<object> {
  return ajvForText.compile<object>(schema);
}

/** The schema of an object with exactly these properties. */
export function objectOf(properties: Readonly<Record<string, object>>): object {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** Creates a message with JSON of a schema; `rest` overrides that. */
export function createMessage(
  name: string,
  schema: object,
  rest: Partial<MessageDescriptor> = {},
): MessageDescriptor {
  return {
    name,
    contentType: 'application/json',
    encoding: 'json',
    tag: undefined,
    constants: {},
    guard: createGuard(schema),
    correlationId: undefined,
    ...rest,
  };
}

export function createBytes(name: string): MessageDescriptor {
  const contentType = 'application/octet-stream';
  return createMessage(name, {}, { contentType, encoding: 'binary', guard: undefined });
}

export function createText(name: string, schema: object = { type: 'string' }): MessageDescriptor {
  return createMessage(name, schema, { contentType: 'text/plain', encoding: 'text' });
}

export function createOperation(
  action: OperationDescriptor['action'],
  name: string,
  rest: Partial<OperationDescriptor> = {},
): OperationDescriptor {
  return { name, action, messages: [name], reply: undefined, security: [], ...rest };
}

export function createScheme(name: string, rest: Partial<SecurityScheme> = {}): SecurityScheme {
  return { name, credentials: 'bearer', in: 'authorization', parameter: '', scopes: [], ...rest };
}

export function createChannel(rest: Partial<ChannelDescriptor> = {}): ChannelDescriptor {
  return {
    name: 'desk',
    address: '/desk',
    description: 'A desk.',
    servers: [],
    parameters: undefined,
    parameterDefaults: {},
    query: undefined,
    headers: undefined,
    headerNames: [],
    security: [],
    send: [],
    receive: [],
    operations: [],
    resume: undefined,
    ...rest,
  };
}

/** A handshake that `accept` was called with, and its channel. */
export interface Accepted {
  readonly channel: string;
  readonly id: string;
  readonly user: Principal | undefined;
  readonly params: object;
  readonly query: object;
  readonly headers: object;
  readonly variables: object;
}

/** A connection of a hand-written channel. */
export interface LooseConnection extends Connection {
  readonly send: Readonly<Record<string, (content: unknown) => boolean>>;
  readonly sendAll: Readonly<Record<string, (contents: Iterable<unknown>) => Promise<boolean>>>;
  readonly request: Readonly<
    Record<string, (content: unknown, options?: RequestOptions) => Promise<unknown>>
  >;
}

/** Starts a server of some channels. Each has the handlers in `operations`. */
export async function startChannels(
  channels: readonly ChannelDescriptor[],
  operations: Readonly<Record<string, unknown>> = {},
  options: StartOptions = {},
) {
  const accepted: Accepted[] = [];
  const connections: LooseConnection[] = [];
  const createHandlers = ({ name }: ChannelDescriptor) => ({
    accept: (handshake: Omit<Accepted, 'channel'>) => void accepted.push({ ...handshake, channel: name }),
    opened: (connection: LooseConnection) => void connections.push(connection),
    ...operations,
  });
  const handlers = Object.fromEntries(channels.map((channel) => [channel.name, createHandlers(channel)]));
  const contract: Contract<LooseTypes> = {
    title: 'Desk',
    version: '1.0.0',
    channels: Object.fromEntries(channels.map((channel) => [channel.name, channel])),
  };
  const started = await startContractServer(contract, handlers, options);
  return { ...started, accepted, connections };
}

export async function startChannel(
  channel: ChannelDescriptor,
  operations?: Readonly<Record<string, unknown>>,
  options?: StartOptions,
) {
  const started = await startChannels([channel], operations, options);
  const publish = (message: string, content: unknown): number =>
    started.app.channel(channel.name).to(started.connections)[message]?.(content) ?? 0;
  return { ...started, publish };
}
