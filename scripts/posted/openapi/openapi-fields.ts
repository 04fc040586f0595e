import type { Fields } from '../contract/check-fields.ts';

/** How each field of OpenAPI 3.1 is treated. */

/** Requests that a server sends, in which clients have no part. */
const ofServers: ReadonlySet<string> = new Set(['callbacks', 'jsonSchemaDialect', 'webhooks']);

/** The fields of an object in a contract that only clients are generated from. */
export function forClients({ documentation, ...fields }: Fields): Fields {
  return { ...fields, documentation: [...documentation, ...ofServers] };
}

export const documentFields: Fields = {
  object: 'an OpenAPI document',
  read: ['components', 'info', 'openapi', 'paths', 'security'],
  documentation: ['externalDocs', 'servers', 'tags'],
  refused: {
    jsonSchemaDialect: "remove it: schemas use OpenAPI 3.1's default dialect",
    webhooks: 'describe messages from the server as channels of an AsyncAPI document',
  },
};

export const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

export const pathItemFields: Fields = {
  object: 'a path',
  read: [...methods, 'parameters'],
  documentation: ['description', 'summary'],
  refused: {
    head: 'remove it: the server derives HEAD from GET',
    options: 'remove it: the server handles OPTIONS itself',
    servers: 'move them to the top level of the document',
  },
};

export const operationFields: Fields = {
  object: 'an operation',
  read: [
    'description',
    'operationId',
    'parameters',
    'requestBody',
    'responses',
    'security',
    'summary',
    'x-limits',
  ],
  documentation: ['deprecated', 'externalDocs', 'tags'],
  refused: {
    callbacks: 'describe messages from the server as channels of an AsyncAPI document',
    servers: 'move them to the top level of the document',
  },
};

const defaultStyle = 'remove it: only the default serialization is supported';

export const parameterFields: Fields = {
  object: 'a parameter',
  read: ['description', 'example', 'examples', 'in', 'name', 'required', 'schema'],
  documentation: ['deprecated'],
  refused: {
    allowEmptyValue: 'describe the allowed values in the schema',
    allowReserved: defaultStyle,
    content: 'use `schema` instead',
    explode: defaultStyle,
    style: defaultStyle,
  },
};

/** Parameters of a contract that only clients are generated from; `style` and `explode` are checked on their own. */
export const clientParameterFields: Fields = {
  object: 'a parameter',
  read: [...parameterFields.read, 'explode', 'style'],
  documentation: [...parameterFields.documentation, 'allowEmptyValue'],
  refused: { allowReserved: defaultStyle, content: 'use `schema` instead' },
};

export const requestBodyFields: Fields = {
  object: 'a request body',
  read: ['content', 'required'],
  documentation: ['description'],
  refused: {},
};

export const responseFields: Fields = {
  object: 'a response',
  // Only the headers of a 200 response are set by handlers.
  read: ['content', 'headers'],
  documentation: ['description', 'links'],
  refused: {},
};

export const responseHeaderFields: Fields = {
  object: 'a response header',
  read: ['description', 'example', 'examples', 'required', 'schema'],
  documentation: ['deprecated'],
  refused: { content: 'use `schema` instead', explode: defaultStyle, style: defaultStyle },
};

export const mediaTypeFields: Fields = {
  object: 'a media type',
  read: ['example', 'examples', 'schema'],
  documentation: [],
  refused: { encoding: 'remove it: it does not apply to JSON' },
};

export const securitySchemeFields: Fields = {
  object: 'a security scheme',
  read: ['scheme', 'type'],
  documentation: ['bearerFormat', 'description'],
  refused: {},
};
