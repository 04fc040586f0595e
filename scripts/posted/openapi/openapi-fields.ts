import type { Fields } from '../contract/check-fields.ts';

/** How each field of OpenAPI 3.0, 3.1 and 3.2 is treated. */

/** What generated code does not use, each with what that means: it causes a warning. */
export interface IgnoredFields {
  readonly object: string;
  readonly ignored: Readonly<Record<string, string>>;
}

export const documentFields: Fields & IgnoredFields = {
  object: 'an OpenAPI document',
  read: ['components', 'info', 'openapi', 'paths', 'security', 'servers'],
  documentation: ['$self', 'externalDocs', 'jsonSchemaDialect', 'tags', 'webhooks'],
  refused: {},
  ignored: { webhooks: 'describe messages from the server as channels of an AsyncAPI document' },
};

export const methods = ['get', 'put', 'post', 'delete', 'patch', 'query'] as const;

export const pathItemFields: Fields & IgnoredFields = {
  object: 'a path',
  read: [...methods, 'parameters', 'servers'],
  documentation: ['additionalOperations', 'description', 'head', 'options', 'summary', 'trace'],
  refused: {},
  ignored: {
    additionalOperations: 'use one of the methods that OpenAPI has a field for',
    trace: 'servers do not answer TRACE',
  },
};

export const operationFields: Fields & IgnoredFields = {
  object: 'an operation',
  read: [
    'description',
    'operationId',
    'parameters',
    'requestBody',
    'responses',
    'security',
    'servers',
    'summary',
    'x-limits',
  ],
  documentation: ['callbacks', 'deprecated', 'externalDocs', 'tags'],
  refused: {},
  ignored: { callbacks: 'describe messages from the server as channels of an AsyncAPI document' },
};

export const parameterFields: Fields = {
  object: 'a parameter',
  read: [
    'content',
    'description',
    'example',
    'examples',
    'explode',
    'in',
    'name',
    'required',
    'schema',
    'style',
  ],
  documentation: ['allowEmptyValue', 'allowReserved', 'deprecated'],
  refused: {},
};

export const requestBodyFields: Fields = {
  object: 'a request body',
  read: ['content', 'required'],
  documentation: ['description'],
  refused: {},
};

export const responseFields: Fields = {
  object: 'a response',
  read: ['content', 'headers'],
  documentation: ['description', 'links', 'summary'],
  refused: {},
};

export const responseHeaderFields: Fields = {
  object: 'a response header',
  read: ['content', 'description', 'example', 'examples', 'required', 'schema'],
  documentation: ['allowEmptyValue', 'allowReserved', 'deprecated', 'explode', 'style'],
  refused: {},
};

export const mediaTypeFields: Fields = {
  object: 'a media type',
  read: ['encoding', 'example', 'examples', 'schema'],
  documentation: ['description', 'itemEncoding', 'itemSchema', 'prefixEncoding'],
  refused: {},
};

export const encodingFields: Fields = {
  object: 'an encoding',
  read: ['contentType', 'explode', 'style'],
  documentation: ['allowReserved', 'encoding', 'headers', 'itemEncoding', 'prefixEncoding'],
  refused: {},
};

export const securitySchemeFields: Fields = {
  object: 'a security scheme',
  read: ['in', 'name', 'scheme', 'type'],
  documentation: [
    'bearerFormat',
    'deprecated',
    'description',
    'flows',
    'oauth2MetadataUrl',
    'openIdConnectUrl',
  ],
  refused: {},
};
