import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import jsonEqual from '../schemas/json-equal.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { isObject, shapesOf } from '../schemas/shapes.ts';
import { camelCase, memberNames, Names, pascalCase } from '../source/identifiers.ts';
import type { ContractTitle } from '../source/preamble.ts';
import * as fields from './asyncapi-fields.ts';
import { readAuth } from './auth/read-auth.ts';
import { checkMsgpack } from './check-msgpack.ts';
import type {
  Action,
  ChannelModel,
  ContractModel,
  DeliveryModel,
  MessageModel,
  SecurityModel,
} from './contract-model.ts';
import { readDelivery } from './delivery/read-delivery.ts';
import { type Endpoint, inOrderOfMatching, readEndpoints } from './endpoints.ts';
import { readHandshake, readParameters } from './handshake.ts';
import {
  checkLimitedMessages,
  readChannelLimits,
  readMessageLimits,
  readOperationLimits,
} from './message-limits.ts';
import { createMessageReader, messagesIn, type ReadMessage } from './messages.ts';
import { readOperations } from './operations.ts';
import type { ReadOperation } from './read-operation.ts';
import { readUnions } from './read-unions.ts';
import { receivedMessages } from './received-messages.ts';
import { IdentificationReport } from './report-identification.ts';
import { readResume } from './resume.ts';
import { checkSchemeNames, readSecurity } from './security.ts';
import { readServers } from './servers.ts';
import { tagMessages } from './tag-messages.ts';

/** The members of a channel's handlers, besides those of its operations. */
const connectionHandlers = ['accept', 'closed', 'drained', 'opened'];

/** The members of a room, besides the functions that send its messages. */
const roomMembers = ['address', 'connections', 'presence'];

/** The members of every client, and those that would make it a promise or hide its class. */
const clientMembers = [
  'close',
  'closed',
  'constructor',
  'messages',
  'on',
  'opened',
  'reconnect',
  'status',
  'then',
];

/** What is generated: a server, alone or with clients, or only clients. */
export type Use = 'server' | 'client';

/** Reads a contract. Reports whatever is not supported, so that nothing is ignored silently. */
export function readAsyncapi(root: ContractNode, schemas: SchemaSet, use: Use = 'server'): ContractModel {
  const servers = readServers(root);
  const endpoints = readEndpoints(root, servers);
  const operations = readOperations(root, endpoints);
  const used = endpoints.filter((endpoint) => operations.has(endpoint));
  const hasWebSocket = servers.size > 0 || root.get('servers') === undefined;
  if (used.length === 0 && hasWebSocket) {
    root.reportAt('operations', 'no channel has an operation', 'add an operation');
  }
  checkUse(root, operations);
  checkLimitedMessages([...operations.values()].flat());

  const readMessage = createMessageReader(schemas, root.text('defaultContentType'));
  // Names that generated files already use in the same scopes.
  const names = {
    identifiers: new Names([
      'channels',
      'contract',
      'exchanging',
      'models',
      'msgpack',
      'sending',
      'validators',
    ]),
    types: new Names(),
    replies: new Names(),
  };
  const report = new IdentificationReport();
  const channels = inOrderOfMatching(used).map((endpoint) =>
    readChannel(endpoint, operations.get(endpoint) ?? [], { readMessage, schemas, names, use, report }),
  );
  report.report();
  return { ...titleOf(root), channels };
}

export function titleOf(root: ContractNode): ContractTitle {
  const info = root.get('info');
  return { file: root.document.name, title: info?.text('title') ?? '', version: info?.text('version') ?? '' };
}

/** What the channels of a contract share while they are read. */
interface Reading {
  readonly readMessage: (name: string, node: ContractNode) => ReadMessage;
  readonly schemas: SchemaSet;
  readonly names: Readonly<Record<'identifiers' | 'types' | 'replies', Names>>;
  readonly use: Use;
  readonly report: IdentificationReport;
}

function readChannel(
  endpoint: Endpoint,
  operations: readonly ReadOperation[],
  { readMessage, schemas, names, use, report }: Reading,
): ChannelModel {
  const { name, address, servers, channels } = endpoint;
  for (const channel of channels) checkFields(channel, fields.channelFields);
  const typeName = names.types.claim(pascalCase(name));
  const inDirection = (direction: Action) => messagesIn(direction, operations, readMessage);
  const tagged = (direction: Action) => tagMessages(inDirection(direction), schemas);
  const resume =
    channels.map((channel) => readResume(channel, operations)).find((found) => found !== null) ?? null;
  const reading = { channel: name, operations, resume, use, schemas, report };
  const sent = tagged('send');
  const guarded = receivedMessages(sent.messages, readUnions('send', sent, reading), schemas);
  const received = tagged('receive');
  const handled = readUnions('receive', received, reading);
  checkMsgpack([inDirection('send'), inDirection('receive')], resume !== null);
  for (const { advice } of [sent, received]) report.addOptional(name, advice.optional);
  const senderOf = memberNames(sent.messages, roomMembers, 'Message');
  const security = securityOf(endpoint);
  for (const { node } of operations) checkSecurity(node, security);
  const schemes = [...security, ...operations.flatMap(({ node }) => readSecurity(node))];
  const hasUsers = schemes.length > 0;
  const messageLimits = readMessageLimits(operations, hasUsers);
  const directions: Readonly<Record<Action, readonly MessageModel[]>> = {
    send: guarded.messages.map((message) => ({ ...message, senderName: senderOf(message), limits: [] })),
    receive: received.messages.map((message) => ({
      ...message,
      received: null,
      limits: messageLimits.get(message.name) ?? [],
    })),
  };
  for (const channel of channels.slice(0, 1)) checkSchemeNames(channel, schemes);
  const find = (direction: Action, message: string): MessageModel => {
    const found = directions[direction].find((candidate) => candidate.name === message);
    if (found === undefined) throw new TypeError(`No message ${message} in direction ${direction}.`);
    return found;
  };
  const handlerOf = memberNames(operations, connectionHandlers, 'Operation');
  const started = operations.filter(({ action }) => action === 'receive');
  const clientFunctionOf = memberNames(started, clientMembers, 'Operation');
  return {
    name,
    identifier: names.identifiers.claim(camelCase(name)),
    typeName,
    address,
    description: channels.map(fields.descriptionOf).find((text) => text !== '') ?? '',
    servers: servers.map(({ model }) => model),
    ...readParameters(name, channelWith(endpoint, 'parameters'), address, schemas),
    ...readHandshake(name, channelWith(endpoint, 'bindings', 'ws'), schemas),
    security,
    ...directions,
    operations: operations.map((read) => {
      const { name: operation, node, action, messages, reply } = read;
      const replies = reply?.map(([message]) => find(action === 'send' ? 'receive' : 'send', message));
      return {
        name: operation,
        handlerName: handlerOf(read),
        clientName: clientFunctionOf(read),
        repliesType:
          action === 'receive' && reply !== null
            ? names.replies.claim(
                `${pascalCase(operation)}Replies`,
                `${typeName}${pascalCase(operation)}Replies`,
              )
            : null,
        action,
        description: fields.descriptionOf(node),
        messages: messages.map(([message]) => ({ message: find(action, message) })),
        reply: replies ?? null,
        wrapsReply: replies !== undefined && wrapsReply(replies, schemas),
        security: readSecurity(node),
        limits: readOperationLimits(read, hasUsers),
      };
    }),
    ...readAuth(
      {
        channels,
        security,
        ofOperations: operations.map(({ node }) => readSecurity(node)),
        ...directions,
      },
      schemas,
    ),
    unions: {
      send: guarded.unions.map(({ members, message }) => ({ members, message: { ...message, limits: [] } })),
      receive: handled.map(({ members, message }) => ({
        members,
        message: {
          ...message,
          received: null,
          limits: members.flatMap((member) => messageLimits.get(member) ?? []),
        },
      })),
    },
    resume,
    delivery: deliveryOf(channels),
    limits: readChannelLimits(endpoint, operations, hasUsers),
  };
}

/** The delivery of the one channel that has any. */
function deliveryOf(channels: readonly ContractNode[]): DeliveryModel | null {
  const node = channels.map((channel) => channel.get('x-delivery')).find((found) => found !== undefined);
  return node === undefined ? null : readDelivery(node);
}

/** Whether one of several replies may not be an object that can have a method `is`. */
function wrapsReply(replies: readonly MessageModel[], schemas: SchemaSet): boolean {
  const shapes = replies.map(({ definition }) =>
    definition === null ? [] : shapesOf(schemas, [{ $ref: `#/definitions/${definition}` }]),
  );
  const areObjects = shapes.every(
    (ones) => ones.length > 0 && ones.every((one) => isObject(one) && !one.properties.has('is')),
  );
  return replies.length > 1 && !areObjects;
}

/** The channel of an endpoint that has a member; the first channel if none has it. Two channels must not differ. */
function channelWith({ channels }: Endpoint, ...keys: readonly [string, ...string[]]): ContractNode {
  const described = channels.filter((channel) => channel.get(...keys) !== undefined);
  const [first] = described;
  for (const other of described.slice(1)) {
    if (JSON.stringify(other.get(...keys)?.value) === JSON.stringify(first?.get(...keys)?.value)) continue;
    other.reportAt(keys[0], `another channel with this address has different ${keys[0]}`, 'make them equal');
  }
  const [fallback] = channels;
  if (fallback === undefined) throw new TypeError('An endpoint has no channel.');
  return first ?? fallback;
}

/** The schemes of all servers of an endpoint, one of which suffices: a path does not tell which server is meant. */
function securityOf({ servers, channels: [channel] }: Endpoint): readonly SecurityModel[] {
  if (new Set(servers.map(({ security }) => JSON.stringify(security))).size <= 1) {
    return servers[0]?.security ?? [];
  }
  const [open] = servers.filter(({ security }) => security.length === 0);
  channel?.warnAt(
    'servers',
    'the servers of this channel have different `security` and the same path, so each accepts the credentials of all' +
      (open === undefined ? '' : `, and \`${open.model.name}\` requires them too`),
    'give each its own `pathname`, or make their `security` equal',
  );
  const all = servers.flatMap(({ security }) => security);
  return [...new Map(all.map((scheme) => [JSON.stringify(scheme), scheme])).values()];
}

/** Reports an operation that no connection can satisfy, because a handshake has only one `Authorization` header. */
function checkSecurity(operation: ContractNode, serverSchemes: readonly SecurityModel[]): void {
  const own = readSecurity(operation);
  if (own.length === 0 || serverSchemes.length === 0) return;
  if (serverSchemes.some((scheme) => own.some((other) => canCombine(scheme, other)))) return;
  operation.reportAt(
    'security',
    'a handshake cannot carry these credentials together with those of the servers',
    'use a bearer token for both, Basic credentials for both, or an API key',
  );
}

function canCombine(one: SecurityModel, other: SecurityModel): boolean {
  const authorizations = [one, other].filter(
    ({ in: location }) => !['header', 'query', 'cookie'].includes(location),
  );
  return (
    authorizations.length < 2 ||
    new Set(authorizations.map(({ credentials }) => credentials === 'bearer')).size === 1
  );
}

/** Warns of messages that no operation uses. Equal messages of an address are one. */
function checkUse(root: ContractNode, operations: ReadonlyMap<Endpoint, readonly ReadOperation[]>): void {
  const used = [...operations.values()]
    .flat()
    .flatMap(({ messages, reply }) => [...messages, ...(reply ?? [])].map(([, node]) => node));
  const pointers = new Set(used.map(({ pointer }) => pointer));
  for (const [, channel] of root.get('channels')?.entries ?? []) {
    for (const [name, message] of channel.get('messages')?.entries ?? []) {
      if (pointers.has(message.pointer) || used.some(({ value }) => jsonEqual(value, message.value)))
        continue;
      message.warn(`no operation uses message \`${name}\``, 'add it to an operation, or remove it');
    }
  }
}
