import * as fc from 'fast-check';
import { documentOf, type Files, type Json, split } from './nasty-parts.ts';

/** Names that are not identifiers, that are reserved in TypeScript, or that every object inherits. */
const nastyNames = [
  'class',
  'default',
  'await',
  'async',
  'type',
  'interface',
  'string',
  'any',
  'undefined',
  'null',
  'true',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__',
  'prototype',
  'Object',
  'Array',
  'Record',
  'Promise',
  'Guard',
  'models',
  'validators',
  'contract',
  'Content',
  'Handle',
  'Hooks',
  'accept',
  'acceptOperation',
  'connections',
  'x',
  'X',
  'x-y',
  'x_y',
  'xY',
  'x y',
  '1',
  '1st',
  '$',
  '_',
  '-',
  '.',
  '/',
  '~',
  '~1',
  '%41',
  '#',
  '?',
  ' ',
  '"',
  "'",
  '`',
  '\\',
  '\\u0041',
  '\u0024{x}',
  '*/',
  '//',
  '<script>',
  '\n',
  '\u2028',
  '\u0000',
  'ü',
  'ﬁ',
  '日本',
  'е',
  '🙂',
  '\ud800',
  'a'.repeat(300),
];

/** Any name in a contract. */
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nastyNames) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z]{1,4}$/) },
);

/** Any component name that the specification allows. */
const componentName = fc.oneof(
  fc.constantFrom(
    'class',
    'default',
    'constructor',
    'toString',
    'Record',
    'Array',
    'Promise',
    '1st',
    'x-y',
    'x_y',
    'x.y',
  ),
  fc.stringMatching(/^[a-zA-Z0-9._-]{1,5}$/),
);

/** Schemas of every kind, with references to the given components. */
function schemasOver(components: readonly string[]): fc.Arbitrary<Json> {
  const { schema } = fc.letrec<{ schema: Json; list: Json[]; map: { [name: string]: Json } }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom<Json>(true, {}, { type: 'string' }, { type: 'integer' }, { type: ['number', 'null'] }),
      fc.constantFrom<Json>(
        { type: 'string', format: 'date-time' },
        { type: 'string', pattern: '^\\S+"\'`$' },
      ),
      fc.record({ const: fc.jsonValue({ maxDepth: 2 }) }),
      fc.record({
        enum: fc.uniqueArray(fc.jsonValue({ maxDepth: 1 }), {
          minLength: 1,
          maxLength: 4,
          selector: (value) => JSON.stringify(value),
        }),
      }),
      fc.constantFrom(...components).map((component) => ({ $ref: `#/components/schemas/${component}` })),
      fc.record({ type: fc.constant('object'), properties: tie('map'), additionalProperties: fc.boolean() }),
      tie('map').map((properties) => ({
        type: 'object',
        properties,
        required: Object.keys(properties).slice(0, 2),
      })),
      fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
      fc.record({ type: fc.constant('array'), items: tie('schema') }),
      fc.record({ allOf: tie('list') }),
      fc.record({ anyOf: tie('list') }),
      fc.record({ oneOf: tie('list') }),
      fc.record({ not: tie('schema') }),
      fc.record({ type: fc.constant('string'), nullable: fc.boolean() }),
      fc.record({ type: fc.constant('string'), description: name, title: name }),
    ),
    list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
    map: fc.dictionary(name, tie('schema'), { maxKeys: 4, noNullPrototype: true }),
  }));
  return schema;
}

type Message = { [field: string]: Json };

/** Messages, most of them JSON with an identifying constant. */
function messagesOver(schema: fc.Arbitrary<Json>): fc.Arbitrary<{ [name: string]: Message }> {
  const properties = fc.dictionary(name, schema, { maxKeys: 3, noNullPrototype: true });
  const tagged = fc.record({ tag: name, properties }).map(({ tag, properties: others }) => ({
    type: 'object',
    required: ['kind'],
    properties: { ...others, kind: { const: tag } },
  }));
  const headers = fc.constantFrom<Json>(
    { type: 'object' },
    { type: 'object', properties: { 'x-y': { type: 'string' } } },
  );
  const correlated = { location: '$message.payload#/kind' };
  const message: fc.Arbitrary<Message> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ summary: name, payload: tagged }) },
    { weight: 3, arbitrary: fc.record({ summary: name, payload: tagged, headers }) },
    { weight: 2, arbitrary: fc.record({ payload: tagged, correlationId: fc.constant(correlated) }) },
    { weight: 1, arbitrary: fc.record({ payload: schema }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Message>({ contentType: 'text/plain' }, { contentType: 'image/png' }),
    },
  );
  return fc.dictionary(name, message, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
}

const textProperties = fc.dictionary(
  name,
  fc.constantFrom<Json>({ type: 'string' }, { type: 'integer', default: 1 }),
  { maxKeys: 3, noNullPrototype: true },
);

/** Header names are HTTP tokens. */
const headerProperties = fc.dictionary(
  fc.constantFrom('X-Y', 'x-constructor', '__proto__', 'toString', '1'),
  fc.constantFrom<Json>({ type: 'string' }, { type: 'boolean' }),
  { maxKeys: 2, noNullPrototype: true },
);

/** Schemes of every kind, including some that no handshake can carry. */
const securityScheme: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    { type: 'http', scheme: 'bearer' },
    { type: 'http', scheme: 'Basic' },
    { type: 'userPassword' },
    { type: 'apiKey', in: 'user' },
    { type: 'apiKey', in: 'password' },
    { type: 'openIdConnect', openIdConnectUrl: 'https://example.com/id', scopes: ['a', "it's"] },
  ),
  fc.record({
    type: fc.constant('httpApiKey'),
    in: fc.constantFrom('query', 'header', 'cookie'),
    name: fc.oneof(name, fc.stringMatching(/^[a-z]{1,4}$/)),
  }),
);

const serverVariable: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  {},
  { default: 'v1' },
  { enum: ['v1', 'v 2', '/'], default: 'v 2' },
  { enum: ["it's"] },
);

const server = fc.record({
  pathname: fc.constantFrom('', '/', '/v1/', '/{version}', '/{version}/a b'),
  variable: serverVariable,
  security: fc.array(securityScheme, { maxLength: 2 }),
});

/**
 * AsyncAPI 3.0 documents with nasty names and schemas: files by name, starting with `contract.json`. Some of them are
 * unsupported.
 */
export const nastyDocument: fc.Arbitrary<Files> = fc
  .uniqueArray(componentName, { minLength: 1, maxLength: 4 })
  .chain((components) => {
    const schema = schemasOver(components);
    const channel = fc.record({
      messages: messagesOver(schema),
      parameters: fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_-]{1,4}$/), { maxLength: 2 }),
      query: fc.option(textProperties),
      headers: fc.option(headerProperties, { freq: 2 }),
      operations: fc.tuple(
        fc.record({ ...operation, action: fc.constant('send') }),
        fc.record({ ...operation, action: fc.constant('receive') }),
      ),
      // A second channel that carries the replies, or has the same address with its own messages.
      sibling: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom('replies', 'address')),
    });
    return fc
      .record({
        title: name,
        server,
        schemas: fc.tuple(...components.map(() => schema)),
        channels: fc.uniqueArray(fc.tuple(name, channel), {
          minLength: 1,
          maxLength: 3,
          selector: ([key]) => key,
        }),
        isSplit: fc.boolean(),
      })
      .map(({ isSplit, ...parts }) => {
        const document = documentOf({ ...parts, components });
        return isSplit ? split(document) : { 'contract.json': document };
      });
  });

const operation = {
  name,
  withReply: fc.boolean(),
  security: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, securityScheme),
  trait: fc.option(fc.record({ summary: name, tags: fc.constant<Json>([{ name: 'trait' }]) })),
};
