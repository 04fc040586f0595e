import type {
  Action,
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
  SecurityModel,
} from '../asyncapi/contract-model.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { Names } from '../source/identifiers.ts';
import type { ContractTitle } from '../source/preamble.ts';
import type { PythonModels } from './python-models.ts';
import { publicIdentifier, snakeCase } from './python-names.ts';
import {
  correlatedMessages,
  inputKey,
  needsParameters,
  requiredOf,
  uncorrelatedKey,
} from './relaxed-schemas.ts';

/** The contract that the Python templates render, with Python names and types. */
export interface PythonContract extends ContractTitle {
  readonly channels: readonly PythonChannel[];
}

export interface PythonChannel {
  readonly model: ChannelModel;
  /** The name of its descriptor. */
  readonly identifier: string;
  /** The prefix of its type names. */
  readonly typeName: string;
  /** Null if the channel has none, as for `query` and `headers`. */
  readonly parameters: ArgumentType | null;
  readonly query: ArgumentType | null;
  readonly headers: ArgumentType | null;
  /** The alternative sets of credentials. Empty if the channel takes none. */
  readonly credentials: readonly CredentialChoice[];
  /** The messages that the application receives. */
  readonly receives: readonly TypedMessage[];
  /** The messages that it sends without expecting a reply, and its replies. */
  readonly sends: readonly TypedMessage[];
  /** The requests of the application. */
  readonly requests: readonly Exchange[];
  /** The requests of the server. */
  readonly answers: readonly Exchange[];
  /** The type of the message that reports an expired cursor; null if the channel is not resumable. */
  readonly reset: string | null;
}

/** The type of an argument of the connect function. */
export interface ArgumentType {
  /** As source. */
  readonly type: string;
  /** Whether the argument has no default. */
  readonly isRequired: boolean;
}

export interface CredentialChoice {
  /** Null if the connection requires none. */
  readonly required: SecurityModel | null;
  /** Schemes whose credentials are optional. */
  readonly optional: readonly SecurityModel[];
}

export interface TypedMessage {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

export interface Exchange {
  readonly operation: string;
  readonly description: string;
  /** The types of the request, any of which may be sent. */
  readonly requestTypes: readonly string[];
  readonly replies: readonly TypedMessage[];
}

/** Names that channels.py uses itself. */
const reservedNames =
  'Channel Guards Message Operation Resume SecurityScheme Server ServerVariable Tag annotations guards';

export function pythonContractOf(
  { file, title, version, channels }: ContractModel,
  schemas: Pick<SchemaSet, 'resolve'>,
  models: PythonModels,
): PythonContract {
  const identifiers = new Names(reservedNames.split(' '));
  const typeNames = new Names();
  return {
    file,
    title,
    version,
    channels: channels.map((model) => ({
      model,
      identifier: identifiers.claim(snakeCase(model.name)),
      typeName: typeNames.claim(publicIdentifier(model.typeName, 'Channel')),
      ...argumentTypes(model, schemas, models),
      credentials: credentialChoices(model),
      ...messageTypes(model, models),
    })),
  };
}

function argumentTypes(
  model: ChannelModel,
  schemas: Pick<SchemaSet, 'resolve'>,
  models: PythonModels,
): Pick<PythonChannel, 'parameters' | 'query' | 'headers'> {
  const argumentType = (use: SchemaUse | null): ArgumentType | null => {
    if (use === null) return null;
    const schema = schemas.resolve({ $ref: `#/definitions/${use.definition}` });
    return { type: typeNamed(use.definition, models), isRequired: requiredOf(schema).length > 0 };
  };
  const parameters = argumentType(model.parameters);
  const key = inputKey(model.parameters?.definition ?? '');
  return {
    parameters: parameters && {
      type: models.has(key) ? typeNamed(key, models) : parameters.type,
      isRequired: needsParameters(model, schemas),
    },
    query: argumentType(model.query),
    headers: argumentType(model.headers),
  };
}

function credentialChoices({ security, operations }: ChannelModel): readonly CredentialChoice[] {
  const own = new Set(security.map(({ name }) => name));
  const ofOperations = operations.flatMap((operation) => operation.security);
  const others = [...new Map(ofOperations.map((scheme) => [scheme.name, scheme])).values()].filter(
    ({ name }) => !own.has(name),
  );
  if (security.length === 0) return others.length === 0 ? [] : [{ required: null, optional: others }];
  return security.map((required) => {
    const alternatives = security.filter((scheme) => scheme !== required);
    // An operation may require a scheme that is optional for the connection.
    const ofOperation = alternatives.filter(({ name }) =>
      ofOperations.some((scheme) => scheme.name === name),
    );
    return { required, optional: [...ofOperation, ...others] };
  });
}

function messageTypes(
  model: ChannelModel,
  models: PythonModels,
): Pick<PythonChannel, 'receives' | 'sends' | 'requests' | 'answers' | 'reset'> {
  const { operations, resume, send } = model;
  const { ready, checkpoint, reset, bye, ack } = resume ?? {};
  // The runtime handles the messages of resumption.
  const ofRuntime = new Set([ready, checkpoint, reset, bye, ack]);
  const typed = (message: MessageModel): TypedMessage => typedMessage(message, typeOf(message, models));
  const messagesOf = (among: readonly OperationModel[], action: Action): readonly MessageModel[] =>
    among
      .filter((operation) => operation.action === action)
      .flatMap(({ messages }) => messages.map(({ message }) => message))
      .filter(({ name }) => !ofRuntime.has(name));
  const exchanges = operations.filter(({ reply }) => reply !== null);
  const fromServer = exchanges.filter(({ action }) => action === 'send');
  const plain = operations.filter(({ reply }) => reply === null);
  const sends = [...messagesOf(plain, 'receive'), ...fromServer.flatMap(({ reply }) => reply ?? [])];
  const resetMessage = send.find(({ name }) => name === reset);
  return {
    receives: uniqueByName(messagesOf(operations, 'send')).map(typed),
    sends: uniqueByName(sends).map(typed),
    requests: exchanges
      .filter(({ action }) => action === 'receive')
      .map((operation) => exchange(operation, models)),
    answers: fromServer.map((operation) => exchange(operation, models)),
    reset: resetMessage === undefined ? null : typeOf(resetMessage, models),
  };
}

function exchange(operation: OperationModel, models: PythonModels): Exchange {
  const correlated = new Set(correlatedMessages(operation));
  const type = (message: MessageModel): string => {
    const key = uncorrelatedKey(message.definition ?? '');
    return correlated.has(message) && models.has(key) ? typeNamed(key, models) : typeOf(message, models);
  };
  return {
    operation: operation.name,
    description: operation.description,
    requestTypes: operation.messages.map(({ message }) => type(message)),
    replies: (operation.reply ?? []).map((message) => typedMessage(message, type(message))),
  };
}

function typedMessage({ name, description }: MessageModel, type: string): TypedMessage {
  return { name, description, type };
}

function typeOf({ definition }: MessageModel, models: PythonModels): string {
  return definition === null ? 'bytes' : typeNamed(definition, models);
}

function typeNamed(key: string, models: PythonModels): string {
  return `models.${models.nameOf(key)}`;
}

function uniqueByName(messages: readonly MessageModel[]): readonly MessageModel[] {
  return [...new Map(messages.map((message) => [message.name, message])).values()];
}
