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

/** By name of the security scheme: the kind of its credential. */
export function credentialsType({ security }: ChannelModel): string {
  return objectType(security.map(credential));
}

/** The same, of the operations that ask for more than the connection. */
export function operationCredentialsType({ security, operations }: ChannelModel): string {
  const own = new Set(security.map(({ name }) => name));
  const schemes = operations.flatMap((operation) => operation.security).filter(({ name }) => !own.has(name));
  return objectType(schemes.map(credential));
}

/** In the contract's order: names and variables of the servers. */
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

/** Whether anything in the types of a contract's clients is a model. */
export function usesModels({ channels }: ContractModel): boolean {
  return channels.some(
    ({ parameters, query, headers, send, receive }) =>
      [parameters, query, headers].some((use) => use !== null) ||
      [...send, ...receive].some(({ definition }) => definition !== null),
  );
}

/** What stands in the address; a parameter with a default may be left out. */
export function parametersType({ parameters, parameterDefaults }: ChannelModel): string {
  if (parameters === null) return noValues;
  const names = Object.keys(parameterDefaults);
  if (names.length === 0) return parameters.type;
  const optional = names.map(literal).join(' | ');
  return `Omit<${parameters.type}, ${optional}> & Partial<Pick<${parameters.type}, ${optional}>>`;
}

/** Of values that the application gives by name: the query, or the headers. */
export function valuesType(use: SchemaUse | null): string {
  return use === null ? noValues : use.type;
}

/** By name: the messages that the application gets, but for those with which the client runtime itself resumes. */
export function receivesType(channel: ChannelModel): string {
  return messagesType(channel, ordinary(channel, 'send'));
}

/** By name: the messages that the application sends; those that are answered are requests. */
export function sendsType(channel: ChannelModel): string {
  const answers = channel.operations
    .filter(({ action }) => action === 'send')
    .flatMap(({ reply }) => reply ?? []);
  const plain = channel.operations.filter(({ reply }) => reply === null);
  return messagesType(channel, [...ordinary({ ...channel, operations: plain }, 'receive'), ...answers]);
}

/** By operation: what one side asks, and what the other answers. */
export function exchangesType({ operations }: ChannelModel, asking: Action): string {
  return objectType(
    operations.flatMap((operation): Member[] => {
      const { name, action, messages, reply } = operation;
      if (action !== asking || reply === null) return [];
      const relaxed = new Set(messagesToCorrelate(operation));
      const write = (message: MessageModel) => (relaxed.has(message) ? uncorrelated : typeOf)(message);
      const [ask, answer] = action === 'receive' ? [write, typeOf] : [typeOf, write];
      const exchange = objectType([
        ['message', messages.map(({ message }) => ask(message)).join(' | ')],
        ['reply', replyType(reply, answer)],
      ]);
      return [[propertyKey(name), exchange]];
    }),
  );
}

/** What `client.ts` takes from the runtime. */
export function clientTypes({ channels }: ContractModel): readonly string[] {
  const isCorrelated = channels.some(({ operations }) =>
    operations.some((operation) => messagesToCorrelate(operation).length > 0),
  );
  return isCorrelated ? ['ClientChannel', 'Uncorrelated'] : ['ClientChannel'];
}

/** The type of the message that says that a place is no longer there; never where there are no places. */
export function resetType({ send, resume }: ChannelModel): string {
  return send.find(({ name }) => name === resume?.reset)?.type ?? 'never';
}

/** Has no keys. */
const none = 'Record<never, never>';

/** Takes no members. */
const noValues = 'Record<string, never>';

function credential({ name, credentials, in: place }: SecurityModel): Member {
  return [propertyKey(name), literal(place === 'cookie' ? 'cookie' : credentials)];
}

function variable({ name, values, default: preset }: ServerVariableModel): Member {
  const type = values.length === 0 ? 'string' : values.map(literal).join(' | ');
  return [`${propertyKey(name)}${preset === null ? '' : '?'}`, type];
}

/** The messages of the operations of one action. */
function ordinary({ operations }: ChannelModel, direction: Action): readonly MessageModel[] {
  return operations
    .filter(({ action }) => action === direction)
    .flatMap(({ messages }) => messages.map(({ message }) => message));
}

function messagesType({ resume }: ChannelModel, messages: readonly MessageModel[]): string {
  const { ready, checkpoint, reset, bye, ack } = resume ?? {};
  const own = new Set([ready, checkpoint, reset, bye, ack]);
  return objectType(
    messages.filter(({ name }) => !own.has(name)).map(({ name, type }) => [propertyKey(name), type]),
  );
}

/** Messages into which the client writes the correlation id: its own, or that of the question. */
function messagesToCorrelate({ action, messages, reply }: OperationModel): readonly MessageModel[] {
  if (reply === null) return [];
  const asked = messages.map(({ message }) => message);
  const filled = action === 'receive' ? asked : reply;
  const isKnown = action === 'receive' || asked.every(({ correlationId }) => correlationId !== null);
  return isKnown ? filled.filter(({ correlationId }) => correlationId !== null) : [];
}

function typeOf({ type }: MessageModel): string {
  return type;
}

function uncorrelated({ type, correlationId }: MessageModel): string {
  return `Uncorrelated<${type}, [${(correlationId ?? []).map(literal).join(', ')}]>`;
}

/** One message that answers is its value; one of several comes with its name. */
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

/** An object of these members, each once; of none, one without members. */
function objectType(members: readonly Member[]): string {
  const once = [...new Map(members)];
  if (once.length === 0) return none;
  return enclose(
    '{',
    once.map(([key, type]) => `readonly ${key}: ${type}`),
    '}',
    ';',
  );
}
