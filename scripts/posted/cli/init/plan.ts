import type {
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
  SecurityModel,
} from '../../asyncapi/contract-model.ts';
import type { SchemaSet, SchemaUse } from '../../schemas/schema-set.ts';
import { camelCase, Names, pascalCase } from '../../source/identifiers.ts';
import { createSamples } from './samples.ts';

/** What the files of a new project are written from. */
export interface ProjectPlan {
  readonly contract: ContractModel;
  readonly channels: readonly ChannelPlan[];
  /** By the name of a security scheme: the environment variable with the secret that the example accepts. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface ChannelPlan {
  readonly channel: ChannelModel;
  /** The name of the file with its handlers, without the extension. */
  readonly file: string;
  /** The function that makes its handlers. */
  readonly factory: string;
  /** What its client is called in src/client.ts. */
  readonly client: string;
  /** Those of the channel, any one of which suffices. */
  readonly security: readonly SecurityModel[];
  /** Those that its operations ask for besides. */
  readonly operationSecurity: readonly SecurityModel[];
  /** What stands before the address, with values for its variables. */
  readonly pathname: string;
  /** What a client gives for the parameters, the query and the headers, by the option; null where no values are found. */
  readonly handshake: Readonly<Record<string, unknown>> | null;
  readonly operations: readonly OperationPlan[];
}

export interface OperationPlan {
  readonly operation: OperationModel;
  readonly messages: readonly MessagePlan[];
  /** The message that answers in the example; undefined where none does, or no value for it is found. */
  readonly reply: SampleMessage | undefined;
  /** The same as a handler returns it: one of several comes with its name. */
  readonly answer: unknown;
}

export interface MessagePlan extends SampleMessage {
  /** What the function that sends it is called in the code; '' for what the server receives. */
  readonly variable: string;
  readonly publisher: string;
}

export interface SampleMessage {
  readonly message: MessageModel;
  /** What a frame may hold; undefined where no value is found. */
  readonly sample: unknown;
}

/** What src/client.ts needs by these names. */
const clientNames = [
  'AbortController',
  'channels',
  'connect',
  'console',
  'print',
  'process',
  'secret',
  'status',
  'stopped',
  'tell',
  'undefined',
  'url',
];

export function planProject(contract: ContractModel, schemas: SchemaSet): ProjectPlan {
  const samples = createSamples(schemas);
  const files = new Names();
  const variables = new Names();
  const clients = new Names(clientNames);
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
      factory: `create${channel.typeName}Handlers`,
      client: clients.claim(channel.identifier, `${channel.identifier}Client`),
      security,
      operationSecurity: channel.operations
        .flatMap((operation) => operation.security)
        .filter(({ name: scheme }, index, all) => all.findIndex((other) => other.name === scheme) === index)
        .filter(({ name: scheme }) => !security.some((other) => other.name === scheme)),
      pathname: pathnameOf(channel),
      handshake: handshakeOf(channel),
      operations: channel.operations.map(planOperation),
    };
  }

  function planOperation(operation: OperationModel): OperationPlan {
    const answers = (operation.reply ?? []).map(withSample);
    const reply = answers.find(({ sample }) => sample !== undefined);
    return {
      operation,
      messages: operation.messages.map(({ message, publisher }) => ({
        ...withSample(message),
        publisher: publisher ?? '',
        variable: publisher === null ? '' : camelCase(publisher),
      })),
      reply,
      answer: answers.length > 1 ? { message: reply?.message.name, payload: reply?.sample } : reply?.sample,
    };
  }

  function withSample(message: MessageModel): SampleMessage {
    return { message, sample: samples.ofMessage(message) };
  }

  function handshakeOf({ parameters, query, headers }: ChannelModel): ChannelPlan['handshake'] {
    const uses: readonly (readonly [option: string, use: SchemaUse | null])[] = [
      ['parameters', parameters],
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

/** Of the first server: every server of a channel serves it. */
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
