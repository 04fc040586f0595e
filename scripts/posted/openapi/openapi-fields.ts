import type { Fields } from '../contract/check-fields.ts';

/** What becomes of every field of OpenAPI 3.1 that stands where this server would have to heed it. */

export const documentFields: Fields = {
  object: 'an OpenAPI document',
  read: ['components', 'info', 'openapi', 'paths', 'security'],
  documentation: ['externalDocs', 'servers', 'tags'],
  refused: {
    jsonSchemaDialect: "remove it: schemas are of OpenAPI 3.1's own dialect",
    webhooks: 'describe what the server sends as channels of an AsyncAPI document',
  },
};

export const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

export const pathItemFields: Fields = {
  object: 'a path',
  read: [...methods, 'parameters'],
  documentation: ['description', 'summary'],
  refused: {
    head: 'remove it: the server answers HEAD as it answers GET',
    options: 'remove it: the server answers OPTIONS by itself',
    servers: 'put them at the top of the document',
  },
};

export const operationFields: Fields = {
  object: 'an operation',
  read: ['description', 'operationId', 'parameters', 'requestBody', 'responses', 'security', 'summary'],
  documentation: ['deprecated', 'externalDocs', 'tags'],
  refused: {
    callbacks: 'describe what the server sends as channels of an AsyncAPI document',
    servers: 'put them at the top of the document',
  },
};

const written = 'remove it: values are written in the default way';

export const parameterFields: Fields = {
  object: 'a parameter',
  read: ['description', 'example', 'examples', 'in', 'name', 'required', 'schema'],
  documentation: ['deprecated'],
  refused: {
    allowEmptyValue: 'say in the schema which values are allowed',
    allowReserved: written,
    content: 'give it a `schema`',
    explode: written,
    style: written,
  },
};

export const requestBodyFields: Fields = {
  object: 'a request body',
  read: ['content', 'required'],
  documentation: ['description'],
  refused: {},
};

export const responseFields: Fields = {
  object: 'a response',
  read: ['content'],
  documentation: ['description', 'headers', 'links'],
  refused: {},
};

export const mediaTypeFields: Fields = {
  object: 'a media type',
  read: ['example', 'examples', 'schema'],
  documentation: [],
  refused: { encoding: 'remove it: it means nothing for JSON' },
};

export const securitySchemeFields: Fields = {
  object: 'a security scheme',
  read: ['scheme', 'type'],
  documentation: ['bearerFormat', 'description'],
  refused: {},
};
