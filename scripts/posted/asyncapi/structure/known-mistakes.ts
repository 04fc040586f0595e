import type { SchemaObject } from '../../schemas/json-schema.ts';

/** Objects of the specification, by the names of their definitions in its JSON Schema. */
export const objectNames: Readonly<Record<string, string>> = {
  asyncapi: 'the document',
  apiKey: 'an `apiKey` security scheme',
  APIKeyHTTPSecurityScheme: 'an `httpApiKey` security scheme',
  BearerHTTPSecurityScheme: 'an `http` security scheme',
  channel: 'a channel',
  channelItem: 'a channel',
  components: '`components`',
  contact: '`contact`',
  correlationId: 'a correlation id',
  externalDocs: '`externalDocs`',
  info: '`info`',
  license: '`license`',
  message: 'a message',
  messageExampleObject: 'an example',
  messageObject: 'a message',
  messageTrait: 'a message trait',
  NonBearerHTTPSecurityScheme: 'an `http` security scheme',
  oauth2Flow: 'an OAuth flow',
  oauth2Flows: 'an `oauth2` security scheme',
  openIdConnect: 'an `openIdConnect` security scheme',
  operation: 'an operation',
  operationReply: 'a reply',
  operationTrait: 'an operation trait',
  parameter: 'a parameter',
  server: 'a server',
  serverVariable: 'a server variable',
  tag: 'a tag',
};

type Advice = Readonly<Record<string, Readonly<Record<string, string>>>>;

const ofBoth: Advice = {
  asyncapi: {
    channel: 'write `channels`',
    messages: 'move them to `components.messages`',
    parameters: 'move them to `components.parameters`',
    paths: 'AsyncAPI has `channels`; what is for OpenAPI goes into a document of its own',
    schemas: 'move them to `components.schemas`',
    securitySchemes: 'move them to `components.securitySchemes`',
    title: 'move it to `info.title`',
    version: 'move it to `info.version`',
  },
  bindingsObject: { websocket: 'write `ws`', websockets: 'write `ws`' },
  channelBindingsObject: { websocket: 'write `ws`', websockets: 'write `ws`' },
  message: { content: 'write the schema in `payload`', schema: 'write the schema in `payload`' },
  messageExampleObject: { value: 'write the value in `payload`' },
};

/** What to do instead of a field that an object does not have, by the definition of the object. */
const advice: Readonly<Record<'2' | '3', Advice>> = {
  '2': {
    ...ofBoth,
    asyncapi: {
      ...ofBoth.asyncapi,
      operations: "write `publish` and `subscribe` in the channels, or set `asyncapi` to '3.0.0'",
    },
    channelItem: {
      address: 'the name of the channel in `channels` is its address',
      messages: 'write the message in `publish` or `subscribe`: `message: { oneOf: [ … ] }`',
      summary: 'write a `description`',
      title: 'write a `description`',
    },
    info: {
      externalDocs: 'move it to the top of the document',
      tags: 'move them to the top of the document',
    },
    operation: {
      action: 'remove it: `publish` or `subscribe` says it',
      messages: 'write `message: { oneOf: [ … ] }`',
      reply: "set `asyncapi` to '3.0.0', which has replies",
    },
    parameter: {
      default: 'move it to `schema.default`',
      enum: 'move it to `schema.enum`',
      type: 'move it to `schema.type`',
    },
    server: {
      host: 'write the whole address in `url`',
      pathname: 'write the whole address in `url`',
    },
  },
  '3': {
    ...ofBoth,
    asyncapi: {
      ...ofBoth.asyncapi,
      externalDocs: 'move it to `info.externalDocs`',
      security: 'move it to the servers or operations that it protects',
      tags: 'move them to `info.tags`',
    },
    channel: {
      message: 'write `messages`, with a name for each message',
      path: 'write `address`',
      publish: 'write an operation with `action: receive` in `operations`',
      query: 'move it to `bindings.ws.query`',
      subscribe: 'write an operation with `action: send` in `operations`',
      url: 'write `address`',
    },
    messageObject: {
      ...ofBoth.message,
      example: 'write `examples`, a list of objects with a `payload`',
      messageId: 'the name of the message in `messages` is its id',
      oneOf: 'give each of them a name in `messages`',
      schemaFormat: 'move it and the schema into `payload`: `payload: { schemaFormat: …, schema: … }`',
    },
    operation: {
      message: 'write `messages`, a list of references to messages of the channel',
      operationId: 'the name of the operation in `operations` is its id',
    },
    parameter: {
      in: 'the address says where it is: write the name in braces there',
      required: 'remove it: every parameter of an address is required',
      schema:
        'move its `enum`, `default` and `description` to the parameter; since AsyncAPI 3, the value is a text',
      type: 'remove it: since AsyncAPI 3, a parameter is a text',
    },
    server: {
      port: 'write it in `host`: `example.com:8080`',
      url: 'split it into `host`, such as `example.com:8080`, and `pathname`',
    },
  },
};

/** Advice for a field that the object does not have; null unless it is a common mistake. */
export function adviceOf(version: string, definition: string, field: string): string | null {
  if (definition === 'messageExampleObject' && field.startsWith('x-'))
    return 'move it to the message, or remove it';
  const objects = advice[version.startsWith('2') ? '2' : '3'][definition];
  return objects !== undefined && Object.hasOwn(objects, field) ? (objects[field] ?? null) : null;
}

/** A mistake in a whole object. */
export interface ObjectMistake {
  /** The field that has to change. */
  readonly field: string;
  readonly what: string;
  readonly fix: string;
}

/** Mistakes that several fields of an object show together, or that OpenAPI suggests; null if it has none of them. */
export function mistakeIn(definition: string, object: SchemaObject): ObjectMistake | null {
  switch (definition) {
    case 'SecurityScheme':
      return mistakeInScheme(object);
    case 'schema':
      return mistakeInSchema(object);
    case 'operation':
      return mistakeInOperation(object);
    default:
      return null;
  }
}

function mistakeInScheme(object: SchemaObject): ObjectMistake | null {
  const { type, in: place } = object;
  const [[name, scopes] = ['', null], ...others] = Object.entries(object);
  if (others.length === 0 && Array.isArray(scopes)) {
    return {
      field: name,
      what: 'since AsyncAPI 3, `security` lists the schemes themselves, not their names',
      fix: `write \`$ref: '#/components/securitySchemes/${name}'\``,
    };
  }
  if (type === 'apiKey' && place !== 'user' && place !== 'password') {
    return {
      field: 'in',
      what: 'an `apiKey` is in `user` or `password`',
      fix: 'for a key in a header, query parameter or cookie, write `type: httpApiKey`',
    };
  }
  const scheme = String(type).toLowerCase();
  if (scheme !== 'basic' && scheme !== 'bearer' && scheme !== 'jwt') return null;
  const written = scheme === 'jwt' ? 'bearer' : scheme;
  return {
    field: 'type',
    what: `"${String(type)}" is not a type of security scheme`,
    fix: `write \`type: http\` and \`scheme: ${written}\``,
  };
}

function mistakeInSchema({ discriminator, required }: SchemaObject): ObjectMistake | null {
  if (typeof discriminator === 'object') {
    return {
      field: 'discriminator',
      what: '`discriminator` is the name of a property, not an object as in OpenAPI',
      fix: 'write `discriminator:` and the name',
    };
  }
  if (typeof required !== 'boolean') return null;
  return {
    field: 'required',
    what: '`required` is a list of names, not a field of a property',
    fix: 'list the name in `required` of the object that has the property',
  };
}

/** `publish` and `subscribe` of AsyncAPI 2 have the point of view of the other side. */
function mistakeInOperation({ action }: SchemaObject): ObjectMistake | null {
  const meant = action === 'publish' ? 'receive' : action === 'subscribe' ? 'send' : null;
  if (meant === null) return null;
  return {
    field: 'action',
    what: `since AsyncAPI 3, \`action\` says what the application does, not "${String(action)}"`,
    fix: `write \`action: ${meant}\``,
  };
}
