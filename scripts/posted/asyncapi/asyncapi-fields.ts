import type { Fields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';

/** How each field of AsyncAPI 3.0.0 that a WebSocket contract can have is treated. */

const described = ['title', 'summary', 'description', 'tags', 'externalDocs'];

export const serverFields: Fields = {
  object: 'a server',
  read: ['bindings', 'host', 'pathname', 'protocol', 'security', 'variables'],
  documentation: [...described, 'protocolVersion'],
  refused: {},
};

export const serverVariableFields: Fields = {
  object: 'a server variable',
  read: ['default', 'description', 'enum'],
  documentation: ['examples'],
  refused: {},
};

export const channelFields: Fields = {
  object: 'a channel',
  read: [
    'address',
    'bindings',
    'description',
    'messages',
    'parameters',
    'servers',
    'summary',
    'title',
    'x-auth',
    'x-delivery',
    'x-limits',
    'x-resume',
  ],
  documentation: ['tags', 'externalDocs'],
  refused: {},
};

/** The extension with the schema of a parameter, which AsyncAPI had before 3.0. */
export const parameterSchema = 'x-schema';

export const parameterFields: Fields = {
  object: 'a parameter',
  read: ['default', 'description', 'enum', 'examples', parameterSchema],
  // Where the value occurs in a message. The address decides.
  documentation: ['location'],
  refused: {},
};

export const wsChannelBindingFields: Fields = {
  object: 'the ws binding',
  read: ['headers', 'method', 'query'],
  documentation: ['bindingVersion'],
  refused: {},
};

export const operationFields: Fields = {
  object: 'an operation',
  read: [
    'action',
    'bindings',
    'channel',
    'description',
    'messages',
    'reply',
    'security',
    'summary',
    'title',
    'x-limits',
  ],
  documentation: ['tags', 'externalDocs'],
  refused: {},
};

export const replyFields: Fields = {
  object: 'a reply',
  read: ['channel', 'messages'],
  // On a WebSocket, a reply uses the connection of its request.
  documentation: ['address'],
  refused: {},
};

export const messageFields: Fields = {
  object: 'a message',
  read: [
    'bindings',
    'contentType',
    'correlationId',
    'description',
    'examples',
    'headers',
    'payload',
    'summary',
    'title',
    'x-limits',
  ],
  documentation: ['deprecated', 'name', 'tags', 'externalDocs'],
  refused: {},
};

export const messageExampleFields: Fields = {
  object: 'a message example',
  read: ['headers', 'payload'],
  documentation: ['name', 'summary'],
  refused: {},
};

export const correlationIdFields: Fields = {
  object: 'a correlation id',
  read: ['location'],
  documentation: ['description'],
  refused: {},
};

export const multiFormatSchemaFields: Fields = {
  object: 'a schema with a format',
  read: ['schema', 'schemaFormat'],
  documentation: [],
  refused: {},
};

export const securitySchemeFields: Fields = {
  object: 'a security scheme',
  read: ['description', 'in', 'name', 'scheme', 'scopes', 'type', 'x-client'],
  documentation: ['bearerFormat', 'flows', 'openIdConnectUrl'],
  refused: {},
};

/** An object's description, or else its summary or title. */
export function descriptionOf(node: ContractNode): string {
  return node.text('description') || node.text('summary') || node.text('title');
}

/** The `ws` bindings of an object. The bindings of other protocols have no effect. */
export function wsBindings(node: ContractNode): ContractNode | undefined {
  return node.get('bindings', 'ws');
}

/** Reports ws bindings of an object for which the ws binding specification defines none. */
export function refuseWsBindings(node: ContractNode, object: string): void {
  const ws = wsBindings(node);
  if (ws === undefined || ws.entries.every(([name]) => name === 'bindingVersion')) return;
  ws.report(`the ws binding does not apply to ${object}`, 'remove it, or move it to the channel');
}
