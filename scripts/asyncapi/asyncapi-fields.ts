import type { Fields } from '../contract/fields.ts';

/** What becomes of every field of AsyncAPI 3.0.0 that a WebSocket contract can have. */

const described = ['title', 'summary', 'description', 'tags', 'externalDocs'];

export const serverFields: Fields = {
  object: 'a server',
  read: ['protocol', 'security'],
  documentation: [...described, 'host', 'protocolVersion'],
  refused: {
    pathname: 'put it at the beginning of every channel address',
    variables: 'write the host out',
    bindings: 'remove them: a WebSocket server has none',
  },
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
    'x-resume',
  ],
  documentation: ['tags', 'externalDocs'],
  refused: {},
};

export const parameterFields: Fields = {
  object: 'a parameter',
  read: ['description', 'enum', 'examples'],
  documentation: [],
  refused: {
    default: 'remove it: a path always has a value in that place',
    location: 'remove it: the value comes from the path',
  },
};

export const channelBindingsFields: Fields = {
  object: 'channel bindings',
  read: ['ws'],
  documentation: [],
  refused: {},
};

export const wsChannelBindingFields: Fields = {
  object: 'the ws binding',
  read: ['method', 'query'],
  documentation: ['bindingVersion'],
  refused: { headers: 'put what they carry into `query`: browsers cannot set headers on a WebSocket' },
};

export const operationFields: Fields = {
  object: 'an operation',
  read: ['action', 'channel', 'description', 'messages', 'summary', 'title'],
  documentation: ['tags', 'externalDocs'],
  refused: {
    bindings: 'remove them: a WebSocket operation has none',
    reply: 'make an operation of its own for the reply',
    security: 'put it on the servers of the channel',
    traits: 'write the fields of the traits into the operation',
  },
};

export const messageFields: Fields = {
  object: 'a message',
  read: ['contentType', 'description', 'examples', 'payload', 'summary', 'title'],
  documentation: ['name', 'tags', 'externalDocs'],
  refused: {
    bindings: 'remove them: a WebSocket message has none',
    correlationId: 'put it into the payload',
    headers: 'put them into the payload: a WebSocket frame has none',
    traits: 'write the fields of the traits into the message',
  },
};

export const messageExampleFields: Fields = {
  object: 'a message example',
  read: ['payload'],
  documentation: ['name', 'summary'],
  refused: {},
};

export const securitySchemeFields: Fields = {
  object: 'a security scheme',
  read: ['description', 'scheme', 'type'],
  documentation: ['bearerFormat'],
  refused: {},
};
