import { contentOf } from '../../asyncapi/content.ts';
import type {
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
  SecurityModel,
} from '../../asyncapi/contract-model.ts';
import { asServer } from '../../asyncapi/union-messages.ts';
import type { SchemaSet, SchemaUse } from '../../schemas/schema-set.ts';
import { Names, pascalCase } from '../../source/identifiers.ts';
import { createSamples } from './samples.ts';

/** The contract with the names and sample values that the files of a new project contain. */
export interface ProjectPlan {
  readonly contract: ContractModel;
  readonly channels: readonly ChannelPlan[];
  /** By security scheme: the environment variable with the secret that the example accepts. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface ChannelPlan {
  readonly channel: ChannelModel;
  /** The base name of the file with its handlers. */
  readonly file: string;
  /** The variable with its handlers. */
  readonly handlers: string;
  /** The variable of its client in src/client.ts. */
  readonly client: string;
  /** Schemes of the channel, any one of which suffices. */
  readonly security: readonly SecurityModel[];
  /** Additional schemes of its operations. */
  readonly operationSecurity: readonly SecurityModel[];
  /** The server's path before the address, with values for its variables. */
  readonly pathname: string;
  /** Sample `params`, `query` and `headers` of a client; null if no valid values are found. */
  readonly handshake: Readonly<Record<string, unknown>> | null;
  readonly operations: readonly OperationPlan[];
  /** Those that clients start, with the messages as the server distinguishes them. */
  readonly handled: readonly OperationPlan[];
}

export interface OperationPlan {
  readonly operation: OperationModel;
  readonly messages: readonly SampleMessage[];
  /** The reply of the example; undefined if the operation has none or no valid value is found. */
  readonly reply: SampleMessage | undefined;
}

export interface SampleMessage {
  readonly message: MessageModel;
  /** A valid message; undefined if none is found. */
  readonly sample: unknown;
  /** What an application writes of it: the runtime fills in constants and, in requests and replies, correlation ids. */
  readonly content: unknown;
}

/** Names that src/client.ts uses itself. */
const reservedInClient = [
  'AbortController',
  'channels',
  'connect',
  'console',
  'print',
  'printStatus',
  'process',
  'secret',
  'status',
  'stopped',
  'undefined',
  'url',
];

export function planProject(contract: ContractModel, schemas: SchemaSet): ProjectPlan {
  const samples = createSamples(schemas);
  const files = new Names();
  const variables = new Names();
  const clients = new Names(reservedInClient);
  const schemes = contract.channels.flatMap((channel) => [
    ...channel.security,
    ...channel.operations.flatMap(({ security }) => security),
  ]);
  const secrets = new Map<string, string>();
  for (const { name } of schemes) {
    if (!secrets.has(name)) secrets.set(name, variables.claim(`${constantCase(name)}_SECRET`));
  }
  const channels = contract.channels.map((channel) => planChannel(channel, kebabCase(channel.identifier)));
  return { contract, channels, secrets };

  function planChannel(channel: ChannelModel, name: string): ChannelPlan {
    const { security } = channel;
    return {
      channel,
      file: files.claim(name),
      handlers: `${channel.identifier}Handlers`,
      client: clients.claim(channel.identifier, `${channel.identifier}Client`),
      security,
      operationSecurity: channel.operations
        .flatMap((operation) => operation.security)
        .filter(({ name: scheme }, index, all) => all.findIndex((other) => other.name === scheme) === index)
        .filter(({ name: scheme }) => !security.some((other) => other.name === scheme)),
      pathname: pathnameOf(channel),
      handshake: handshakeOf(channel),
      operations: channel.operations.map(planOperation),
      handled: asServer(channel)
        .operations.filter(({ action }) => action === 'receive')
        .map(planOperation),
    };
  }

  function planOperation(operation: OperationModel): OperationPlan {
    const { action, messages, reply } = operation;
    const requests = messages.map(({ message }) => message);
    const isCorrelated = requests.every(({ correlationId }) => correlationId !== null);
    const replies = (reply ?? []).map((message) => withSample(message, isCorrelated));
    // A server fills in the id of a request only if a reply can have it.
    const fillsId =
      reply !== null && (action === 'receive' || reply.some(({ correlationId }) => correlationId !== null));
    return {
      operation,
      messages: requests.map((message) => withSample(message, fillsId)),
      reply: replies.find(({ sample }) => sample !== undefined),
    };
  }

  function withSample(message: MessageModel, isCorrelated: boolean): SampleMessage {
    const sample = samples.ofMessage(message);
    return { message, sample, content: contentOf(message, sample, isCorrelated) };
  }

  function handshakeOf({ parameters, query, headers }: ChannelModel): ChannelPlan['handshake'] {
    const uses: readonly (readonly [option: string, use: SchemaUse | null])[] = [
      ['params', parameters],
      ['query', query],
      ['headers', headers],
    ];
    const values = uses.flatMap(([option, use]) =>
      use === null ? [] : [[option, samples.of(use.definition)] as const],
    );
    if (values.some(([, value]) => value === undefined)) return null;
    return Object.fromEntries(values.filter(([, value]) => Object.keys(value as object).length > 0));
  }
}

/** The path of the first server: every server of a channel serves it. */
function pathnameOf({ servers: [server] }: ChannelModel): string {
  if (server === undefined) return '';
  return server.pathname.replaceAll(/\{([^{}]*)\}/g, (_expression, name: string) => {
    const variable = server.variables.find((candidate) => candidate.name === name);
    return variable?.default ?? variable?.values[0] ?? 'any';
  });
}

function kebabCase(identifier: string): string {
  return identifier.replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1-$2').toLowerCase();
}

function constantCase(name: string): string {
  return pascalCase(name)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z\d]+/g, '_')
    .toUpperCase();
}
