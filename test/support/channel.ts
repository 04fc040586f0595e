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

/** Descriptors of one channel, written by hand: what a test does not name is what most contracts leave out. */

const ajv = new Ajv({ allowUnionTypes: true });
const ajvForText = new Ajv({ coerceTypes: true, useDefaults: true });

function createGuard<Value>(schema: object): Guard<Value> {
  return ajv.compile<Value>(schema);
}

/** For values that arrive as text: it converts them and fills in defaults, in place. */
export function createTextGuard(schema: object): Guard<object> {
  return ajvForText.compile<object>(schema);
}

/** A JSON object with these properties alone, all of them required. */
export function objectOf(properties: Readonly<Record<string, object>>): object {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** A message with JSON of a schema, unless the rest says otherwise. */
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

/** What `accept` was given, and of which channel. */
export interface Accepted extends Handshake<Principal | undefined, object, object, object> {
  readonly channel: string;
}

/** Starts a server of some channels; `members` are the hooks, and the handlers of operations, of each. */
export async function startChannels(
  channels: readonly ChannelDescriptor[],
  members: Readonly<Record<string, unknown>> = {},
  options: ContractServerOptions = {},
) {
  const accepted: Accepted[] = [];
  const connections: Connection<string>[] = [];
  const handlersOf = ({ name }: ChannelDescriptor) => ({
    accept(handshake: Omit<Accepted, 'channel'>) {
      accepted.push({ channel: name, ...handshake });
      return handshake.id;
    },
    opened: (connection: Connection<string>) => void connections.push(connection),
    closed() {},
    ...members,
  });
  const handlers = Object.fromEntries(channels.map((channel) => [channel.name, handlersOf(channel)]));
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

/** A member of the handlers for one message of a send operation, and what it was given. */
export function createTaken<Sender>() {
  let taken: Sender | undefined;
  return {
    take: (sender: Sender) => {
      taken = sender;
    },
    /** The function that was given. */
    get given(): Sender {
      if (taken === undefined) throw new Error('nothing was given');
      return taken;
    },
  };
}
