import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { camelCase, Names, pascalCase } from '../source/identifiers.ts';
import type { ContractTitle } from '../source/preamble.ts';
import * as fields from './asyncapi-fields.ts';
import type { Action, ChannelModel, ContractModel, MessageModel, SecurityModel } from './contract-model.ts';
import { checkOverlaps, type Endpoint, readEndpoints } from './endpoints.ts';
import { readHandshake, readParameters } from './handshake.ts';
import { checkReceivers, createMessageReader, messagesIn, type ReadMessage } from './messages.ts';
import { type ReadOperation, readOperations } from './operations.ts';
import { receivedMessages } from './received-messages.ts';
import { readResume } from './resume.ts';
import { checkSchemeNames, readSecurity } from './security.ts';
import { readServers } from './servers.ts';
import { tagMessages } from './tag-messages.ts';

/** What the contract says. Whatever is not supported is reported, and never left out in silence. */
export function readAsyncapi(root: ContractNode, schemas: SchemaSet): ContractModel {
  const servers = readServers(root);
  const endpoints = readEndpoints(root, servers);
  const operations = readOperations(root, endpoints);
  const used = endpoints.filter((endpoint) => operations.has(endpoint));
  const areSpoken = servers.size > 0 || root.get('servers') === undefined;
  if (used.length === 0 && areSpoken) {
    root.reportAt('operations', 'nothing goes through any channel', 'describe an operation of a channel');
  }
  checkUse(root, operations);
  checkOverlaps(
    used.map(({ address, channels: [node = root], servers: own }) => ({
      node,
      address,
      servers: own.map(({ model }) => model),
    })),
  );

  const readMessage = createMessageReader(schemas, root.text('defaultContentType'));
  // What generated files call other things in the scopes where these names stand.
  const names = {
    identifiers: new Names(['channels', 'contract', 'models', 'validators']),
    types: new Names(),
    publishers: new Names(['NamedReply', 'Publish', 'Request']),
  };
  return {
    ...titleOf(root),
    channels: used.map((endpoint) =>
      readChannel(endpoint, operations.get(endpoint) ?? [], { readMessage, schemas, names }),
    ),
  };
}

export function titleOf(root: ContractNode): ContractTitle {
  const info = root.get('info');
  return { file: root.document.name, title: info?.text('title') ?? '', version: info?.text('version') ?? '' };
}

interface Reading {
  readonly readMessage: (name: string, node: ContractNode) => ReadMessage;
  readonly schemas: SchemaSet;
  readonly names: Readonly<Record<'identifiers' | 'types' | 'publishers', Names>>;
}

function readChannel(
  endpoint: Endpoint,
  operations: readonly ReadOperation[],
  { readMessage, schemas, names }: Reading,
): ChannelModel {
  const { name, address, servers, channels } = endpoint;
  for (const channel of channels) checkFields(channel, fields.channelFields);
  const typeName = names.types.claim(pascalCase(name));
  checkReceivers(operations);
  const tagged = (direction: Action) => tagMessages(messagesIn(direction, operations, readMessage), schemas);
  const directions: Readonly<Record<Action, readonly MessageModel[]>> = {
    send: receivedMessages(tagged('send'), schemas),
    receive: tagged('receive').map((message) => ({ ...message, received: null })),
  };
  const security = securityOf(endpoint);
  for (const { node } of operations) checkSecurity(node, security);
  const schemes = [...security, ...operations.flatMap(({ node }) => readSecurity(node))];
  for (const channel of channels.slice(0, 1)) checkSchemeNames(channel, schemes);
  const find = (direction: Action, message: string): MessageModel => {
    const found = directions[direction].find((candidate) => candidate.name === message);
    if (found === undefined) throw new TypeError(`No message ${message} goes in direction ${direction}.`);
    return found;
  };
  return {
    name,
    identifier: names.identifiers.claim(camelCase(name)),
    typeName,
    address,
    description: channels.map(describe).find((text) => text !== '') ?? '',
    servers: servers.map(({ model }) => model),
    ...readParameters(name, describing(endpoint, 'parameters'), address, schemas),
    ...readHandshake(name, describing(endpoint, 'bindings', 'ws'), schemas),
    security,
    ...directions,
    operations: operations.map(({ name: operation, node, action, messages, reply }) => ({
      name: operation,
      action,
      description: describe(node),
      messages: messages.map(([message]) => {
        const prefix = reply === null ? 'Publish' : 'Request';
        return {
          message: find(action, message),
          publisher:
            action === 'receive'
              ? null
              : names.publishers.claim(
                  `${prefix}${pascalCase(message)}`,
                  `${prefix}${typeName}${pascalCase(message)}`,
                ),
        };
      }),
      reply: reply?.map(([message]) => find(action === 'send' ? 'receive' : 'send', message)) ?? null,
      security: readSecurity(node),
    })),
    resume:
      channels.map((channel) => readResume(channel, operations)).find((resume) => resume !== null) ?? null,
  };
}

/** The channel of an endpoint that says something; the first, where none does. Two must not differ in it. */
function describing({ channels }: Endpoint, ...keys: readonly [string, ...string[]]): ContractNode {
  const said = channels.filter((channel) => channel.get(...keys) !== undefined);
  const [first] = said;
  for (const other of said.slice(1)) {
    if (JSON.stringify(other.get(...keys)?.value) === JSON.stringify(first?.get(...keys)?.value)) continue;
    other.reportAt(keys[0], 'another channel of this address says something else', 'make them say the same');
  }
  const [fallback] = channels;
  if (fallback === undefined) throw new TypeError('An endpoint has no channel.');
  return first ?? fallback;
}

/** What every server of an endpoint asks for; any one of it suffices. */
function securityOf({ servers, channels: [channel] }: Endpoint): readonly SecurityModel[] {
  const [first, ...others] = servers.map(({ security }) => security);
  if (others.some((security) => JSON.stringify(security) !== JSON.stringify(first))) {
    channel?.reportAt(
      'servers',
      'the servers of a channel ask for different security',
      'give them the same `security`, or each a channel of its own',
    );
  }
  return first ?? [];
}

/** Reports an operation that no connection can satisfy: a handshake has one `Authorization`. */
function checkSecurity(operation: ContractNode, ofServers: readonly SecurityModel[]): void {
  const own = readSecurity(operation);
  if (own.length === 0 || ofServers.length === 0) return;
  if (ofServers.some((scheme) => own.some((other) => canBeTogether(scheme, other)))) return;
  operation.reportAt(
    'security',
    'no connection can have these credentials beside those that its servers ask for',
    'ask for a bearer token in both, or for Basic credentials in both, or for an API key',
  );
}

function canBeTogether(one: SecurityModel, other: SecurityModel): boolean {
  const authorizations = [one, other].filter(
    ({ in: place }) => !['header', 'query', 'cookie'].includes(place),
  );
  return (
    authorizations.length < 2 ||
    new Set(authorizations.map(({ credentials }) => credentials === 'bearer')).size === 1
  );
}

/** Warns of what the contract describes for nothing. */
function checkUse(root: ContractNode, operations: ReadonlyMap<Endpoint, readonly ReadOperation[]>): void {
  const all = [...operations.values()].flat();
  const used = new Set(
    all.flatMap(({ messages, reply }) => [...messages, ...(reply ?? [])].map(([, { pointer }]) => pointer)),
  );
  for (const [, channel] of root.get('channels')?.entries ?? []) {
    for (const [name, message] of channel.get('messages')?.entries ?? []) {
      if (used.has(message.pointer)) continue;
      message.warn(`message \`${name}\` belongs to no operation`, 'add it to one, or remove it');
    }
  }
}

function describe(node: ContractNode): string {
  return node.text('description') || node.text('summary') || node.text('title');
}
