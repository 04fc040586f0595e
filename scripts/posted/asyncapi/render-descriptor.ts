/** Renders channels as object literals of `ChannelDescriptor`, for the server and its clients. */
import type { SchemaUse } from '../schemas/schema-set.ts';
import { limitsProperty } from '../source/limits-source.ts';
import { enclose, literal, propertyKey, stringLiteral, ts } from '../source/typescript-source.ts';
import type {
  ChannelModel,
  DeliveryModel,
  MessageModel,
  MessageTag,
  OperationModel,
  SecurityModel,
  SelectionModel,
  ServerModel,
} from './contract-model.ts';
import { applicationMessages } from './resume.ts';
import { forClients } from './security.ts';

type Reader = 'server' | 'client';

/** @param reader who checks the messages that the server sends: a server exactly, a client ignoring unknown fields */
export function renderDescriptor(model: ChannelModel, reader: Reader): string {
  const channel = reader === 'client' ? forClients(model) : model;
  return ts`
    {
      name: ${stringLiteral(channel.name)},
      address: ${stringLiteral(channel.address)},
      ${reader === 'server' ? `description: ${stringLiteral(channel.description)},` : null}
      servers: ${enclose('[', channel.servers.map(server), ']')},
      parameters: ${guard(channel.parameters)},
      parameterDefaults: ${record(Object.entries(channel.parameterDefaults).map(([name, text]) => [name, stringLiteral(text)]))},
      query: ${guard(channel.query)},
      headers: ${guard(channel.headers)},
      headerNames: ${stringList(channel.headerNames)},
      security: ${schemes(channel.security)},
      send: ${messages(channel.send, reader, reader === 'client' ? receivedGuard : ({ guard: own }) => own)},
      receive: ${messages(channel.receive, reader, ({ guard: own }) => own)},
      operations: ${enclose(
        '[',
        channel.operations.map((each) => operation(each, reader)),
        ']',
      )},
      ${channel.auth ? 'auth: true,' : null}
      resume: ${resume(channel)},
      ${reader === 'client' ? withComma(sendingProperty(channel)) : null}
      ${reader === 'server' && channel.delivery !== null ? `delivery: ${delivery(channel.delivery)},` : null}
      ${reader === 'server' ? withComma(limitsProperty(channel.limits)) : null}
    }
  `;
}

/** Whether any descriptor refers to a guard. */
export function usesGuards(channels: readonly ChannelModel[]): boolean {
  return channels.some(
    ({ parameters, query, headers, send, receive }) =>
      [parameters, query, headers].some((use) => use !== null) ||
      [...send, ...receive].some((message) => message.guard !== null),
  );
}

/** Whether any message is MessagePack, for which the runtime needs a library. */
export function usesMsgpack(channels: readonly ChannelModel[]): boolean {
  return channels.some(({ send, receive }) =>
    [...send, ...receive].some(({ encoding }) => encoding === 'msgpack'),
  );
}

/** The names of all guards in the descriptors of clients. */
export function clientGuards(channels: readonly ChannelModel[]): ReadonlySet<string> {
  const names = channels.flatMap(({ parameters, query, headers, send, receive }) => [
    ...[parameters, query, headers].map((use) => use?.guard),
    ...send.map(receivedGuard),
    ...receive.map(({ guard: own }) => own),
  ]);
  return new Set(names.filter((name) => typeof name === 'string'));
}

function receivedGuard({ guard: own, received }: MessageModel): string | null {
  return received?.guard ?? own;
}

/** The part of the runtime with which a client sends for its application; null if it sends nothing. */
export function sendingPart(channel: ChannelModel): 'exchanging' | 'sending' | null {
  if (channel.operations.some(({ reply }) => reply !== null)) return 'exchanging';
  const sends = channel.operations.some(
    (each) => each.action === 'receive' && applicationMessages(channel, each).length > 0,
  );
  return sends ? 'sending' : null;
}

function sendingProperty(channel: ChannelModel): string | null {
  const part = sendingPart(channel);
  if (part === null) return null;
  return part === 'sending' ? part : `sending: ${part}`;
}

function stringList(texts: readonly string[]): string {
  return enclose('[', texts.map(stringLiteral), ']');
}

function server({ name, protocol, host, pathname, variables }: ServerModel): string {
  const described = variables.map(
    ({ name: variable, values, default: text }): Member => [
      variable,
      `{ values: ${stringList(values)}, default: ${text === null ? 'undefined' : stringLiteral(text)} }`,
    ],
  );
  return enclose(
    '{',
    [
      `name: ${stringLiteral(name)}`,
      `protocol: ${stringLiteral(protocol)}`,
      `host: ${stringLiteral(host)}`,
      `pathname: ${stringLiteral(pathname)}`,
      `variables: ${record(described)}`,
    ],
    '}',
  );
}

function schemes(security: readonly SecurityModel[]): string {
  return enclose('[', security.map(scheme), ']');
}

function scheme({ name, credentials, in: location, parameter, scopes }: SecurityModel): string {
  return enclose(
    '{',
    [
      `name: ${stringLiteral(name)}`,
      `credentials: ${stringLiteral(credentials)}`,
      `in: ${stringLiteral(location)}`,
      `parameter: ${stringLiteral(parameter)}`,
      `scopes: ${stringList(scopes)}`,
    ],
    '}',
  );
}

function messages(
  all: readonly MessageModel[],
  reader: Reader,
  guardOf: (message: MessageModel) => string | null,
): string {
  return enclose(
    '[',
    all.map((message) => describeMessage(message, guardOf(message), reader)),
    ']',
  );
}

function describeMessage(
  { name, senderName, contentType, encoding, tag, probes, constants, correlationId, limits }: MessageModel,
  guardName: string | null,
  reader: Reader,
): string {
  return ts`
    {
      name: ${stringLiteral(name)},
      ${reader === 'server' ? member(name, senderName) : null}
      ${reader === 'server' ? `contentType: ${stringLiteral(contentType)},` : null}
      encoding: ${stringLiteral(encoding)},
      ${encoding === 'msgpack' ? 'codec: msgpack,' : null}
      tag: ${tag === null ? 'undefined' : describeTag(tag)},
      ${probes.length === 0 ? null : `probes: ${enclose('[', probes.map(describeTag), ']')},`}
      constants: ${record(Object.entries(constants).map(([key, value]) => [key, literal(value)]))},
      guard: ${guardName === null ? 'undefined' : `validators.${guardName}`},
      correlationId: ${correlationId === null ? 'undefined' : stringList(correlationId)},
      ${reader === 'server' ? withComma(limitsProperty(limits)) : null}
    }
  `;
}

function describeTag({ path, values, isOptional }: MessageTag): string {
  const optional = isOptional ? ', isOptional: true' : '';
  return `{ path: ${stringList(path)}, values: ${enclose('[', values.map(literal), ']')}${optional} }`;
}

function operation(
  {
    name,
    handlerName,
    clientName,
    action,
    messages: own,
    reply,
    wrapsReply,
    security,
    limits,
  }: OperationModel,
  reader: Reader,
): string {
  const limited = reader === 'server' ? limitsProperty(limits) : null;
  const generated = reader === 'server' ? handlerName : clientName;
  return enclose(
    '{',
    [
      `name: ${stringLiteral(name)}`,
      ...(name === generated ? [] : [`member: ${stringLiteral(generated)}`]),
      `action: ${stringLiteral(action)}`,
      `messages: ${stringList(own.map(({ message }) => message.name))}`,
      `reply: ${reply === null ? 'undefined' : stringList(reply.map((message) => message.name))}`,
      ...(wrapsReply ? ['wrapsReply: true'] : []),
      `security: ${schemes(security)}`,
      ...(limited === null ? [] : [limited]),
    ],
    '}',
  );
}

function withComma(property: string | null): string | null {
  return property === null ? null : `${property},`;
}

function member(name: string, generated: string): string | null {
  return name === generated ? null : `member: ${stringLiteral(generated)},`;
}

function resume({ resume: names }: ChannelModel): string {
  if (names === null) return 'undefined';
  return record(
    Object.entries(names).flatMap(([role, name]) => (name === null ? [] : [[role, stringLiteral(name)]])),
  );
}

function delivery({ messages: names, select, audience, slowReader, ...numbers }: DeliveryModel): string {
  const { window, ackTimeoutMs, checkpointMs, heartbeatMs, retentionMs } = numbers;
  const settings = Object.entries({
    window,
    slowReader,
    ackTimeoutMs,
    checkpointMs,
    heartbeatMs,
    retentionMs,
  });
  return record([
    ['messages', stringList(names)],
    ...(select === null ? [] : [['select', selection(select)] satisfies Member]),
    [
      'audience',
      typeof audience === 'string'
        ? stringLiteral(audience)
        : `{ query: ${stringLiteral(audience.query)}, topic: ${stringLiteral(audience.topic)} }`,
    ],
    ...settings.flatMap(([name, value]): Member[] => (value === null ? [] : [[name, literal(value)]])),
  ]);
}

function selection({ query, default: names, groups }: SelectionModel): string {
  return record([
    ['query', stringLiteral(query)],
    ['default', stringList(names)],
    ['groups', record(Object.entries(groups).map(([name, list]) => [name, stringList(list)]))],
  ]);
}

type Member = readonly [key: string, value: string];

function record(members: readonly Member[]): string {
  return enclose(
    '{',
    members.map(([key, value]) => `${propertyKey(key)}: ${value}`),
    '}',
  );
}

function guard(use: SchemaUse | null): string {
  return use === null ? 'undefined' : `validators.${use.guard}`;
}
