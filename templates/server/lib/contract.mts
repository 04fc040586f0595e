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

/** Every scheme that a channel or one of its operations asks for, once. */
export function schemesOf({ security, operations }: ChannelModel): readonly SecurityModel[] {
  const all = [...security, ...operations.flatMap((operation) => operation.security)];
  return [...new Map(all.map((scheme) => [scheme.name, scheme])).values()];
}

/** Which of the runtime's types the handlers of a contract are made of. */
export function handlerTypes({ channels }: ContractModel): readonly string[] {
  const schemes = channels.flatMap(schemesOf);
  const answers = channels.flatMap(({ operations }) =>
    operations.filter(({ action }) => action === 'receive'),
  );
  return [
    ...schemes.map(credentialsType),
    'Closed',
    'Connection',
    'Handshake',
    ...(schemes.length > 0 ? ['Principal'] : []),
    ...(answers.some(({ reply }) => (reply?.length ?? 0) > 1) ? ['NamedReply'] : []),
  ]
    .filter((type, index, types) => types.indexOf(type) === index)
    .toSorted();
}

/** Which of the runtime's types the publishers of a contract are made of. */
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

/** Whether any of the types names a model. */
export function namesModels(types: readonly string[]): boolean {
  return types.some((type) => type.includes('models.'));
}

/** The types that the handlers of a contract name. */
export function handlerModels({ channels }: ContractModel): readonly string[] {
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

/** An open channel knows no user; the parameter keeps its place, so that taking security away does not move others. */
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

/** What answers: the value itself, or one of several by name. */
export function replyType(reply: readonly MessageModel[]): string {
  const [only] = reply;
  if (only !== undefined && reply.length === 1) return only.type;
  return reply.map(({ name, type }) => `NamedReply<${stringLiteral(name)}, ${type}>`).join(' | ');
}

/** What a handler of a received message returns. */
export function handledType({ reply }: OperationModel): string {
  if (reply === null) return 'void | Promise<void>';
  const type = replyType(reply);
  return `${type} | Promise<${type}>`;
}
