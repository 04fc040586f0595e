import { Ajv } from 'ajv';
import type { Connection, Handshake, Principal } from '../../src/runtime/server/handlers.ts';
import type { ContractServerOptions } from '../../src/runtime/server/options.ts';
import type {
  ChannelDescriptor,
  Contract,
  MessageDescriptor,
  OperationDescriptor,
  SecurityScheme,
} from '../../src/runtime/shared/descriptor.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { startContractServer } from './contract-server.ts';

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
export interface Accepted extends Handshake<Principal | undefined, object, object, object> {
  readonly channel: string;
}

/** Starts a server of some channels. Each gets `members`, which are security hooks and handlers of operations. */
export async function startChannels(
  channels: readonly ChannelDescriptor[],
  members: Readonly<Record<string, unknown>> = {},
  options: ContractServerOptions = {},
) {
  const accepted: Accepted[] = [];
  const connections: Connection<string>[] = [];
  const createHandlers = ({ name }: ChannelDescriptor) => ({
    accept(handshake: Omit<Accepted, 'channel'>) {
      accepted.push({ channel: name, ...handshake });
      return handshake.id;
    },
    opened: (connection: Connection<string>) => void connections.push(connection),
    closed() {},
    ...members,
  });
  const handlers = Object.fromEntries(channels.map((channel) => [channel.name, createHandlers(channel)]));
  const contract: Contract<typeof handlers> = {
    title: 'Desk',
    version: '1.0.0',
    channels: Object.fromEntries(channels.map((channel) => [channel.name, channel])),
  };
  const started = await startContractServer(contract, handlers, options);
  return { ...started, accepted, connections };
}

export async function startChannel(
  channel: ChannelDescriptor,
  members?: Readonly<Record<string, unknown>>,
  options?: ContractServerOptions,
) {
  return await startChannels([channel], members, options);
}

/** Creates the handler for one message of a `send` operation, and gives access to the function that it receives. */
export function captureSender<Sender>() {
  let captured: Sender | undefined;
  return {
    handler: (sender: Sender) => {
      captured = sender;
    },
    get send(): Sender {
      if (captured === undefined) throw new Error('the handler has not received the sender');
      return captured;
    },
  };
}
