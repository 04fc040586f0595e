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
import { publicIdentifier, snakeCase } from './python-names.ts';
import type { PythonModels } from './python-types.ts';
import {
  correlatedMessages,
  givenKey,
  needsParameters,
  requiredOf,
  uncorrelatedKey,
} from './relaxed-schemas.ts';

/** What the templates render: the contract, with names and types of Python beside its own. */
export interface PythonContract extends ContractTitle {
  readonly channels: readonly PythonChannel[];
}

export interface PythonChannel {
  readonly model: ChannelModel;
  /** What its descriptor is called. */
  readonly identifier: string;
  /** What the names of its types begin with. */
  readonly typeName: string;
  /** Null where the channel has none; likewise the query and the headers. */
  readonly parameters: GivenType | null;
  readonly query: GivenType | null;
  readonly headers: GivenType | null;
  /** The ways to be let in. Empty where no credential is ever asked for. */
  readonly credentials: readonly CredentialChoice[];
  /** What the application gets. */
  readonly receives: readonly TypedMessage[];
  /** What it may send. */
  readonly sends: readonly TypedMessage[];
  /** What it may ask. */
  readonly requests: readonly Exchange[];
  /** What the server may ask. */
  readonly answers: readonly Exchange[];
  /** The type of the message that says that a place is gone; null where there are no places. */
  readonly reset: string | null;
}

/** The type of values that the application gives, as source. */
export interface GivenType {
  readonly type: string;
  /** Whether there is no way without them. */
  readonly isNeeded: boolean;
}

export interface CredentialChoice {
  /** Null where the connection needs none. */
  readonly needed: SecurityModel | null;
  /** What may be given besides. */
  readonly others: readonly SecurityModel[];
}

export interface TypedMessage {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

export interface Exchange {
  readonly operation: string;
  readonly description: string;
  /** The types of what is asked. */
  readonly questions: readonly string[];
  readonly replies: readonly TypedMessage[];
}

/** What channels.py has for itself. */
const taken =
  'Channel Guards Message Operation Resume SecurityScheme Server ServerVariable Tag annotations guards';

export function pythonContractOf(
  { file, title, version, channels }: ContractModel,
  schemas: Pick<SchemaSet, 'resolve'>,
  models: PythonModels,
): PythonContract {
  const identifiers = new Names(taken.split(' '));
  const typeNames = new Names();
  return {
    file,
    title,
    version,
    channels: channels.map((model) => ({
      model,
      identifier: identifiers.claim(snakeCase(model.name)),
      typeName: typeNames.claim(publicIdentifier(model.typeName, 'Channel')),
      ...givenTypes(model, schemas, models),
      credentials: credentialChoices(model),
      ...messageTypes(model, models),
    })),
  };
}

function givenTypes(
  model: ChannelModel,
  schemas: Pick<SchemaSet, 'resolve'>,
  models: PythonModels,
): Pick<PythonChannel, 'parameters' | 'query' | 'headers'> {
  const given = (use: SchemaUse | null): GivenType | null => {
    if (use === null) return null;
    const schema = schemas.resolve({ $ref: `#/definitions/${use.definition}` });
    return { type: typeNamed(use.definition, models), isNeeded: requiredOf(schema).length > 0 };
  };
  const parameters = given(model.parameters);
  const key = givenKey(model.parameters?.definition ?? '');
  return {
    parameters: parameters && {
      type: models.has(key) ? typeNamed(key, models) : parameters.type,
      isNeeded: needsParameters(model, schemas),
    },
    query: given(model.query),
    headers: given(model.headers),
  };
}

function credentialChoices({ security, operations }: ChannelModel): readonly CredentialChoice[] {
  const own = new Set(security.map(({ name }) => name));
  const ofOperations = operations.flatMap((operation) => operation.security);
  const others = [...new Map(ofOperations.map((scheme) => [scheme.name, scheme])).values()].filter(
    ({ name }) => !own.has(name),
  );
  if (security.length === 0) return others.length === 0 ? [] : [{ needed: null, others }];
  return security.map((needed) => {
    const alternatives = security.filter((scheme) => scheme !== needed);
    // An operation may ask for what the connection could do without.
    const wanted = alternatives.filter(({ name }) => ofOperations.some((scheme) => scheme.name === name));
    return { needed, others: [...wanted, ...others] };
  });
}

function messageTypes(
  model: ChannelModel,
  models: PythonModels,
): Pick<PythonChannel, 'receives' | 'sends' | 'requests' | 'answers' | 'reset'> {
  const { operations, resume, send } = model;
  const { ready, checkpoint, reset, bye, ack } = resume ?? {};
  // The client itself resumes with them.
  const own = new Set([ready, checkpoint, reset, bye, ack]);
  const typed = (message: MessageModel): TypedMessage => typedMessage(message, typeOf(message, models));
  const messagesOf = (among: readonly OperationModel[], action: Action): readonly MessageModel[] =>
    among
      .filter((operation) => operation.action === action)
      .flatMap(({ messages }) => messages.map(({ message }) => message))
      .filter(({ name }) => !own.has(name));
  const exchanges = operations.filter(({ reply }) => reply !== null);
  const answered = exchanges.filter(({ action }) => action === 'send');
  const plain = operations.filter(({ reply }) => reply === null);
  const sends = [...messagesOf(plain, 'receive'), ...answered.flatMap(({ reply }) => reply ?? [])];
  const gone = send.find(({ name }) => name === reset);
  return {
    receives: once(messagesOf(operations, 'send')).map(typed),
    sends: once(sends).map(typed),
    requests: exchanges.filter(({ action }) => action === 'receive').map((one) => exchange(one, models)),
    answers: answered.map((one) => exchange(one, models)),
    reset: gone === undefined ? null : typeOf(gone, models),
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
    questions: operation.messages.map(({ message }) => type(message)),
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

function once(messages: readonly MessageModel[]): readonly MessageModel[] {
  return [...new Map(messages.map((message) => [message.name, message])).values()];
}
