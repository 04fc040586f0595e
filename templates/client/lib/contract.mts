import type {
  Action,
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
  SecurityModel,
  ServerModel,
  ServerVariableModel,
} from '../../../scripts/posted/asyncapi/contract-model.ts';
import type { SchemaUse } from '../../../scripts/posted/schemas/schema-set.ts';
import { enclose, literal, propertyKey } from '../../../scripts/posted/source/typescript-source.ts';

export { renderDescriptor, usesGuards } from '../../../scripts/posted/asyncapi/render-descriptor.ts';

type Member = readonly [key: string, type: string];

/** By security scheme: the kind of its credentials. */
export function credentialsType({ security }: ChannelModel): string {
  return objectType(security.map(credential));
}

/** The same for schemes that only operations require. */
export function operationCredentialsType({ security, operations }: ChannelModel): string {
  const own = new Set(security.map(({ name }) => name));
  const schemes = operations.flatMap((operation) => operation.security).filter(({ name }) => !own.has(name));
  return objectType(schemes.map(credential));
}

/** The names and variables of the servers, in contract order. */
export function serversType({ servers }: ChannelModel): string {
  return enclose(
    '[',
    servers.map(({ name, variables }: ServerModel) =>
      objectType([
        ['name', literal(name)],
        ['variables', variables.length === 0 ? noValues : objectType(variables.map(variable))],
      ]),
    ),
    ']',
  );
}

/** Whether client.ts refers to models. */
export function usesModels({ channels }: ContractModel): boolean {
  return channels.some(
    ({ parameters, query, headers, send, receive }) =>
      [parameters, query, headers].some((use) => use !== null) ||
      [...send, ...receive].some(({ definition }) => definition !== null),
  );
}

/** The parameters of the address; those with a default are optional. */
export function parametersType({ parameters, parameterDefaults }: ChannelModel): string {
  if (parameters === null) return noValues;
  const names = Object.keys(parameterDefaults);
  if (names.length === 0) return parameters.type;
  const optional = names.map(literal).join(' | ');
  return `Omit<${parameters.type}, ${optional}> & Partial<Pick<${parameters.type}, ${optional}>>`;
}

/** The type of the query or the headers. */
export function valuesType(use: SchemaUse | null): string {
  return use === null ? noValues : use.type;
}

/** By name: the messages that the application receives, without those that the client runtime handles. */
export function receivesType(channel: ChannelModel): string {
  return messagesType(channel, messagesOf(channel, 'send'));
}

/** By name: the messages that the application sends. Messages with a reply are requests instead. */
export function sendsType(channel: ChannelModel): string {
  const replies = channel.operations
    .filter(({ action }) => action === 'send')
    .flatMap(({ reply }) => reply ?? []);
  const plain = channel.operations.filter(({ reply }) => reply === null);
  return messagesType(channel, [...messagesOf({ ...channel, operations: plain }, 'receive'), ...replies]);
}

/** By operation: the requests of one side, with the replies of the other. */
export function exchangesType({ operations }: ChannelModel, initiator: Action): string {
  return objectType(
    operations.flatMap((operation): Member[] => {
      const { name, action, messages, reply } = operation;
      if (action !== initiator || reply === null) return [];
      const relaxed = new Set(messagesToCorrelate(operation));
      const write = (message: MessageModel) => (relaxed.has(message) ? uncorrelated : typeOf)(message);
      const [requestType, answerType] = action === 'receive' ? [write, typeOf] : [typeOf, write];
      const exchange = objectType([
        ['message', messages.map(({ message }) => requestType(message)).join(' | ')],
        ['reply', replyType(reply, answerType)],
      ]);
      return [[propertyKey(name), exchange]];
    }),
  );
}

/** The types of the runtime that client.ts imports. */
export function clientTypes({ channels }: ContractModel): readonly string[] {
  const isCorrelated = channels.some(({ operations }) =>
    operations.some((operation) => messagesToCorrelate(operation).length > 0),
  );
  return isCorrelated ? ['ClientChannel', 'Uncorrelated'] : ['ClientChannel'];
}

/** The type of the message that reports an expired cursor; `never` if the channel is not resumable. */
export function resetType({ send, resume }: ChannelModel): string {
  return send.find(({ name }) => name === resume?.reset)?.type ?? 'never';
}

/** An object type without known keys. */
const none = 'Record<never, never>';

/** An object type that allows no members. */
const noValues = 'Record<string, never>';

function credential({ name, credentials, in: location }: SecurityModel): Member {
  return [propertyKey(name), literal(location === 'cookie' ? 'cookie' : credentials)];
}

function variable({ name, values, default: preset }: ServerVariableModel): Member {
  const type = values.length === 0 ? 'string' : values.map(literal).join(' | ');
  return [`${propertyKey(name)}${preset === null ? '' : '?'}`, type];
}

/** The messages of the operations with an action. */
function messagesOf({ operations }: ChannelModel, action: Action): readonly MessageModel[] {
  return operations
    .filter((operation) => operation.action === action)
    .flatMap(({ messages }) => messages.map(({ message }) => message));
}

function messagesType({ resume }: ChannelModel, messages: readonly MessageModel[]): string {
  const { ready, checkpoint, reset, bye, ack } = resume ?? {};
  const ofRuntime = new Set([ready, checkpoint, reset, bye, ack]);
  return objectType(
    messages.filter(({ name }) => !ofRuntime.has(name)).map(({ name, type }) => [propertyKey(name), type]),
  );
}

/** The messages into which the client writes the correlation id, its own or that of the server's request. */
function messagesToCorrelate({ action, messages, reply }: OperationModel): readonly MessageModel[] {
  if (reply === null) return [];
  const requests = messages.map(({ message }) => message);
  const correlated = action === 'receive' ? requests : reply;
  const hasId = action === 'receive' || requests.every(({ correlationId }) => correlationId !== null);
  return hasId ? correlated.filter(({ correlationId }) => correlationId !== null) : [];
}

function typeOf({ type }: MessageModel): string {
  return type;
}

function uncorrelated({ type, correlationId }: MessageModel): string {
  return `Uncorrelated<${type}, [${(correlationId ?? []).map(literal).join(', ')}]>`;
}

/** The type of a reply: the message itself, or with its name if there are several. */
function replyType(reply: readonly MessageModel[], write: (message: MessageModel) => string): string {
  const [only] = reply;
  if (only !== undefined && reply.length === 1) return write(only);
  return reply
    .map((message) =>
      objectType([
        ['message', literal(message.name)],
        ['payload', write(message)],
      ]),
    )
    .join(' | ');
}

/** An object type with these members, without duplicates. */
function objectType(members: readonly Member[]): string {
  const unique = [...new Map(members)];
  if (unique.length === 0) return none;
  return enclose(
    '{',
    unique.map(([key, type]) => `readonly ${key}: ${type}`),
    '}',
    ';',
  );
}
