import type {
  ChannelModel,
  ContractModel,
  MessageModel,
  OperationModel,
  SecurityModel,
} from '../../../scripts/posted/asyncapi/contract-model.ts';
import { stringLiteral } from '../../../scripts/posted/source/typescript-source.ts';

export { renderDescriptor, usesGuards } from '../../../scripts/posted/asyncapi/render-descriptor.ts';

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
  const all = [...security, ...operations.flatMap((operation) => operation.security)];
  return [...new Map(all.map((scheme) => [scheme.name, scheme])).values()];
}

/** The types of the runtime that handlers.ts imports. */
export function handlerTypes({ channels }: ContractModel): readonly string[] {
  const schemes = channels.flatMap(schemesOf);
  const received = channels.flatMap(({ operations }) =>
    operations.filter(({ action }) => action === 'receive'),
  );
  return [
    ...schemes.map(credentialsType),
    'Closed',
    'Connection',
    'Handshake',
    ...(schemes.length > 0 ? ['Principal'] : []),
    ...(received.some(({ reply }) => (reply?.length ?? 0) > 1) ? ['NamedReply'] : []),
  ]
    .filter((type, index, types) => types.indexOf(type) === index)
    .toSorted();
}

/** The types of the runtime that publishers.ts imports. */
export function publisherTypes({ channels }: ContractModel): readonly string[] {
  const sending = channels.flatMap(({ operations }) => operations.filter(({ action }) => action === 'send'));
  return [
    ...(sending.some(({ reply }) => (reply?.length ?? 0) > 1) ? ['NamedReply'] : []),
    ...(sending.some(({ reply }) => reply === null) ? ['Publish'] : []),
    ...(sending.some(({ reply }) => reply !== null) ? ['Request'] : []),
  ];
}

export function sendsAnything({ channels }: ContractModel): boolean {
  return channels.some(({ operations }) => operations.some(({ action }) => action === 'send'));
}

/** Whether any of the types refers to a model. */
export function usesModels(types: readonly string[]): boolean {
  return types.some((type) => type.includes('models.'));
}

/** The parameter and return types of the handlers of a contract. */
export function handlerSignatureTypes({ channels }: ContractModel): readonly string[] {
  return channels.flatMap((channel) => [
    handshakeType(channel),
    ...channel.operations
      .filter(({ action }) => action === 'receive')
      .flatMap(({ messages, reply }) => [
        ...messages.map(({ message }) => message.type),
        ...(reply ?? []).map(({ type }) => type),
      ]),
  ]);
}

/** A channel without security has no user, but keeps the type parameter: the other keeps its position. */
export function typeParameters(channel: ChannelModel): string {
  return schemesOf(channel).length > 0
    ? '<User extends Principal = Principal, Session = unknown>'
    : '<_User = undefined, Session = unknown>';
}

export function handshakeType(channel: ChannelModel): string {
  const { parameters, query, headers } = channel;
  const none = 'Record<string, never>';
  const values = [parameters?.filledType ?? none, query?.filledType ?? none];
  if (headers !== null) values.push(headers.filledType);
  return `Handshake<${[userType(channel), ...values].join(', ')}>`;
}

function userType(channel: ChannelModel): string {
  if (channel.security.length > 0) return 'User';
  return schemesOf(channel).length > 0 ? 'User | undefined' : 'undefined';
}

/** The type of a reply: the message itself, or with its name if there are several. */
export function replyType(reply: readonly MessageModel[]): string {
  const [only] = reply;
  if (only !== undefined && reply.length === 1) return only.type;
  return reply.map(({ name, type }) => `NamedReply<${stringLiteral(name)}, ${type}>`).join(' | ');
}

/** The return type of a message handler. */
export function handlerReturnType({ reply }: OperationModel): string {
  if (reply === null) return 'void | Promise<void>';
  const type = replyType(reply);
  return `${type} | Promise<${type}>`;
}
