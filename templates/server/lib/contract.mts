import { contentType } from '../../../scripts/posted/asyncapi/content.ts';
import type {
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
  SecurityModel,
} from '../../../scripts/posted/asyncapi/contract-model.ts';

import { serverMessages } from '../../../scripts/posted/asyncapi/resume.ts';

export { answerType, contentType } from '../../../scripts/posted/asyncapi/content.ts';
export {
  renderDescriptor,
  usesGuards,
  usesMsgpack,
} from '../../../scripts/posted/asyncapi/render-descriptor.ts';

const credentialTypes = {
  bearer: 'BearerCredentials',
  basic: 'BasicCredentials',
  apiKey: 'ApiKeyCredentials',
} as const satisfies Record<SecurityModel['credentials'], string>;

export function credentialsType({ credentials }: SecurityModel): string {
  return credentialTypes[credentials];
}

/** The unique security schemes of a channel and its operations. */
export function schemesOf({ security, operations }: ChannelModel): readonly SecurityModel[] {
  return unique([...security, ...operations.flatMap((operation) => operation.security)]);
}

/** The unique security schemes of a contract. */
export function allSchemes({ channels }: ContractModel): readonly SecurityModel[] {
  return unique(channels.flatMap(schemesOf));
}

function unique(schemes: readonly SecurityModel[]): readonly SecurityModel[] {
  return [...new Map(schemes.map((scheme) => [scheme.name, scheme])).values()];
}

/** The messages that the application sends on its own, each once. */
export function sentMessages(channel: ChannelModel): readonly MessageModel[] {
  const sent = channel.operations
    .filter(({ action, reply }) => action === 'send' && reply === null)
    .flatMap((operation) => serverMessages(channel, operation).map(({ message }) => message));
  return [...new Map(sent.map((message) => [message.name, message])).values()];
}

/** The operations in which the server sends a request. */
export function serverRequests({ operations }: ChannelModel): readonly OperationModel[] {
  return operations.filter(({ action, reply }) => action === 'send' && reply !== null);
}

/** The messages that the application appends to the log, each once. */
export function durableMessages({ send, delivery }: ChannelModel): readonly MessageModel[] {
  return delivery === null ? [] : send.filter(({ name }) => delivery.messages.includes(name));
}

/** The operations that clients start and the application handles, with the messages that it handles. */
export function receivedOperations(channel: ChannelModel): readonly OperationModel[] {
  return channel.operations
    .filter(({ action }) => action === 'receive')
    .map((operation) => ({ ...operation, messages: serverMessages(channel, operation) }))
    .filter(({ messages }) => messages.length > 0);
}

/** The content of a reply. Its correlation id is that of the request, if all requests of the operation have one. */
export function replyContentType(reply: MessageModel, { messages }: OperationModel): string {
  return contentType(
    reply,
    messages.every(({ message }) => message.correlationId !== null),
  );
}

/** The content of a request to a client. Its correlation id is that of the reply, if any reply has one. */
export function requestContentType(message: MessageModel, { reply }: OperationModel): string {
  return contentType(message, reply?.some(({ correlationId }) => correlationId !== null) ?? false);
}

/** The type parameters of a channel's interfaces: the user if it has security, and the state of its connections. */
export function typeParameters(channel: ChannelModel): string {
  return hasUser(channel) ? '<User extends Principal = Principal, State = unknown>' : '<State = unknown>';
}

/** The arguments for these parameters, with this state. */
export function typeArguments(channel: ChannelModel, state: string): string {
  return hasUser(channel) ? `<User, ${state}>` : `<${state}>`;
}

export function hasUser(channel: ChannelModel): boolean {
  return schemesOf(channel).length > 0;
}

/** The type of `connection.user`. */
export function userType(channel: ChannelModel): string {
  if (channel.security.length > 0) return 'User';
  return hasUser(channel) ? 'User | undefined' : 'undefined';
}

/** Comments and string literals, which contain the contract's words. */
const wordsOfContract = /\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g;

/** The names that `text` refers to, of those that handlers.ts may import. */
export function importedNames(text: string, names: readonly string[]): readonly string[] {
  const code = text.replaceAll(wordsOfContract, '');
  return names.filter((name) => new RegExp(`(?<![.\\w])${name}(?![\\w:?(])`).test(code));
}
