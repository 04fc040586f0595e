import { checkAddress, checkParameterNames, overlap } from '../contract/addresses.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { checkFields } from '../contract/fields.ts';
import type { SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import * as fields from './asyncapi-fields.ts';
import type { SecurityModel } from './contract-model.ts';

/** The address of a channel; '' and a problem where a client could not know it. */
export function readAddress(channel: ContractNode): string {
  const address = channel.text('address');
  if (address === '') {
    channel.reportAt(
      'address',
      'a channel without an address cannot be served',
      'give it the path of its URL',
    );
    return '';
  }
  checkAddress(address, (what, fix) => channel.reportAt('address', what, fix));
  return address;
}

/** Reports channels of which one path could mean two. */
export function checkOverlaps(channels: readonly ContractNode[]): void {
  for (const [index, channel] of channels.entries()) {
    const twin = channels
      .slice(0, index)
      .find((other) => overlap(other.text('address'), channel.text('address')));
    if (twin === undefined) continue;
    const what = `a path can match this address and ${twin.text('address')}`;
    channel.reportAt('address', what, 'make them differ in a part that is no parameter');
  }
}

export function readParameters(name: string, channel: ContractNode, schemas: SchemaSet): SchemaUse | null {
  const parameters = channel.get('parameters')?.entries ?? [];
  checkParameterNames(channel, channel.text('address'), parameters);
  for (const [, parameter] of parameters) checkFields(parameter, fields.parameterFields);
  if (parameters.length === 0) return null;
  return schemas.useParameters(
    parameters.map(([parameterName, { value, pointer }]) => ({
      name: parameterName,
      required: true,
      schema: { type: 'string', ...pick(value, fields.parameterFields.read) },
      pointer,
    })),
    `${name} parameters`,
    `parameters of channel ${name}`,
  );
}

export function readQuery(name: string, channel: ContractNode, schemas: SchemaSet): SchemaUse | null {
  const bindings = channel.get('bindings');
  if (bindings !== undefined) checkFields(bindings, fields.channelBindingsFields);
  const ws = bindings?.get('ws');
  if (ws === undefined) return null;
  checkFields(ws, fields.wsChannelBindingFields);
  if (!['', 'GET'].includes(ws.text('method'))) {
    ws.reportAt(
      'method',
      'a WebSocket is opened by GET (RFC 6455 section 4.1)',
      'write GET, or remove the method',
    );
  }
  const query = ws.get('query');
  return query === undefined ? null : schemas.useFromText(query, `${name} query`, `query of channel ${name}`);
}

/** The servers that a channel is served by: those that it names, else all. */
export function serversOf(root: ContractNode, channel: ContractNode): readonly ContractNode[] {
  const named = channel.get('servers')?.items ?? [];
  return named.length > 0 ? named : (root.get('servers')?.items ?? []);
}

export function checkServer(server: ContractNode): void {
  checkFields(server, fields.serverFields);
  const protocol = server.text('protocol');
  if (['ws', 'wss'].includes(protocol)) return;
  const fix = 'remove the server, or describe it in a document of its own';
  server.reportAt(
    'protocol',
    `protocol ${JSON.stringify(protocol)} is not supported, only ws and wss are`,
    fix,
  );
}

/** What every server of a channel asks for; any one of it suffices. */
export function readSecurity(
  channel: ContractNode,
  servers: readonly ContractNode[],
): readonly SecurityModel[] {
  const [first = [], ...others] = servers.map((server) =>
    (server.get('security')?.items ?? []).flatMap(readScheme),
  );
  const names = namesOf(first);
  if (others.some((schemes) => namesOf(schemes) !== names)) {
    channel.reportAt(
      'servers',
      'the servers of a channel ask for different security',
      'give them the same `security`',
    );
  }
  return first;
}

function namesOf(schemes: readonly SecurityModel[]): string {
  return JSON.stringify(schemes.map(({ name }) => name));
}

function readScheme(node: ContractNode): readonly SecurityModel[] {
  const [type, scheme] = [node.text('type'), node.text('scheme').toLowerCase()];
  if (type !== 'http' || scheme !== 'bearer') {
    const kind = [type, scheme].join(' ').trim();
    node.report(
      `security scheme \`${kind}\` is not supported, only http bearer is`,
      'describe it as `type: http`, `scheme: bearer`',
    );
    return [];
  }
  checkFields(node, fields.securitySchemeFields);
  if (!node.pointer.startsWith('/components/securitySchemes/')) {
    node.report('a security scheme has no name', 'move it into components.securitySchemes and refer to it');
  }
  return [{ name: node.key, type, scheme, description: node.text('description') }];
}

function pick(value: unknown, keys: readonly string[]): SchemaObject {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => keys.includes(key)));
}
