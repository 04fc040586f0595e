import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generate, tempFolder } from './generator.ts';

const folder = tempFolder();

const version3 = `asyncapi: 3.0.0
info: { title: Chat, version: '1.0.0' }
servers:
  local: { host: 'localhost:8080', protocol: ws }
channels:
  chat/room:
    address: /room
    messages:
      said:
        summary: Somebody said something.
        payload: { type: object, properties: { text: { type: string } } }
        examples: [{ payload: { text: Hello } }]
operations:
  say: { action: receive, channel: { $ref: '#/channels/chat~1room' } }
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
`;

const version2 = `asyncapi: 2.6.0
info: { title: Chat, version: '1.0.0' }
servers:
  local: { url: 'ws://localhost:8080', protocol: ws }
channels:
  /room:
    publish:
      message:
        summary: Somebody said something.
        payload: { type: object, properties: { text: { type: string } } }
        examples: [{ payload: { text: Hello } }]
`;

/** What somebody writes instead of a part of the document, and the one line that it leads to. */
type Mistake = readonly [about: string, part: string, instead: string, line: string];

const mistakes3: readonly Mistake[] = [
  [
    'an API key in a header',
    'type: http, scheme: bearer',
    'type: apiKey, in: header, name: X-Key',
    '17:28  /components/securitySchemes/token/in  an `apiKey` is in `user` or `password`; for a key in a header, query parameter or cookie, write `type: httpApiKey`',
  ],
  [
    'a misspelled type of security scheme',
    'type: http,',
    'type: htpp,',
    '17:14  /components/securitySchemes/token/type  `type` cannot be "htpp"; did you mean "http"?',
  ],
  [
    'an HTTP scheme as the type',
    'type: http, scheme: bearer',
    'type: bearer',
    '17:14  /components/securitySchemes/token/type  "bearer" is not a type of security scheme; write `type: http` and `scheme: bearer`',
  ],
  [
    'the names of schemes, as in AsyncAPI 2',
    'protocol: ws',
    'protocol: ws, security: [{ token: [] }]',
    "4:63  /servers/local/security/0/token  since AsyncAPI 3, `security` lists the schemes themselves, not their names; write `$ref: '#/components/securitySchemes/token'`",
  ],
  [
    'a discriminator of OpenAPI',
    'type: object,',
    'type: object, discriminator: { propertyName: text },',
    '11:34  /channels/chat~1room/messages/said/payload/discriminator  `discriminator` is the name of a property, not an object as in OpenAPI; write `discriminator:` and the name',
  ],
  [
    'an extension in an example',
    '[{ payload',
    '[{ x-id: 1, payload',
    '12:22  /channels/chat~1room/messages/said/examples/0/x-id  an example has no field `x-id`; move it to the message, or remove it',
  ],
  [
    'an unescaped slash in a reference',
    'chat~1room',
    'chat/room',
    '14:38  /operations/say/channel/$ref  $ref "#/channels/chat/room" has no target; write "#/channels/chat~1room": a `/` in a name is `~1`',
  ],
  [
    'a reference to a name with a typing error',
    "{ $ref: '#/channels/chat~1room' }",
    "{ $ref: '#/channels/chat~1roam' }",
    '14:38  /operations/say/channel/$ref  $ref "#/channels/chat~1roam" has no target; did you mean "#/channels/chat~1room"?',
  ],
  [
    'a version without quotes',
    "'1.0.0'",
    '1.0',
    '2:22  /info/version  `version` must be a text, not 1; put it in quotes',
  ],
  [
    'a misspelled field',
    'summary:',
    'sumary:',
    '10:9  /channels/chat~1room/messages/said/sumary  a message has no field `sumary`; did you mean `summary`?',
  ],
  ['a field that is missing', 'title: Chat, ', '', '2:1  /info  `title` is missing from `info`; add `title`'],
  [
    'a license that is a text',
    'info: {',
    'info: { license: MIT,',
    '2:9  /info/license  `license` must be an object, not "MIT"; write an object with `name`',
  ],
  [
    'tags that are texts',
    'info: {',
    'info: { tags: [chat],',
    '2:16  /info/tags/0  `tags[0]` must be an object, not "chat"; write an object with `name`',
  ],
  [
    'tags of the document, as in AsyncAPI 2',
    'servers:',
    'tags: [{ name: chat }]\nservers:',
    '3:1  /tags  the document has no field `tags`; move them to `info.tags`',
  ],
  [
    'schemas outside of the components',
    'components:',
    'schemas: {}\ncomponents:',
    '15:1  /schemas  the document has no field `schemas`; move them to `components.schemas`',
  ],
  [
    'the URL of a server, as in AsyncAPI 2',
    "host: 'localhost:8080'",
    "url: 'ws://localhost:8080'",
    '4:12  /servers/local/url  a server has no field `url`; split it into `host`, such as `example.com:8080`, and `pathname`',
  ],
  [
    'the long name of the protocol',
    'protocol: ws',
    'protocol: websocket',
    '4:36  /servers/local/protocol  protocol "websocket" is not supported; write `ws`, or `wss` for TLS',
  ],
  [
    'an operation in a channel, as in AsyncAPI 2',
    'address: /room',
    'address: /room\n    publish: {}',
    '8:5  /channels/chat~1room/publish  a channel has no field `publish`; write an operation with `action: receive` in `operations`',
  ],
  [
    'the message of an operation, as in AsyncAPI 2',
    'action: receive,',
    'action: receive, message: {},',
    '14:27  /operations/say/message  an operation has no field `message`; write `messages`, a list of references to messages of the channel',
  ],
  [
    'an action of AsyncAPI 2',
    'action: receive',
    'action: publish',
    '14:10  /operations/say/action  since AsyncAPI 3, `action` says what the application does, not "publish"; write `action: receive`',
  ],
  [
    'a misspelled action',
    'action: receive',
    'action: recieve',
    '14:10  /operations/say/action  `action` cannot be "recieve"; did you mean "receive"?',
  ],
  [
    'the name of a channel instead of a reference',
    "{ $ref: '#/channels/chat~1room' }",
    'chat/room',
    '14:27  /operations/say/channel  `channel` must be an object, not "chat/room"; write an object with `$ref`',
  ],
  [
    'a schema instead of a payload',
    'payload: { type',
    'schema: { type',
    '11:9  /channels/chat~1room/messages/said/schema  a message has no field `schema`; write the schema in `payload`',
  ],
  [
    'a type of a programming language',
    'type: string',
    'type: int',
    '11:56  /channels/chat~1room/messages/said/payload/properties/text/type  `type` cannot be "int"; did you mean "integer"?',
  ],
  [
    'a property that says it is required',
    'type: string',
    'type: string, required: true',
    '11:70  /channels/chat~1room/messages/said/payload/properties/text/required  `required` is a list of names, not a field of a property; list the name in `required` of the object that has the property',
  ],
  [
    'an enum that is not a list',
    'type: string',
    'type: string, enum: hi',
    '11:70  /channels/chat~1room/messages/said/payload/properties/text/enum  `enum` must be a list, not "hi"; write a list, with `-` before each item or in `[]`',
  ],
  [
    'the schema of a parameter, as in AsyncAPI 2',
    'address: /room',
    "address: '/{room}'\n    parameters: { room: { schema: { type: string } } }",
    '8:27  /channels/chat~1room/parameters/room/schema  a parameter has no field `schema`; move its `enum`, `default` and `description` to the parameter; since AsyncAPI 3, the value is a text',
  ],
  [
    'the long name of a binding',
    'address: /room',
    'address: /room\n    bindings: { websockets: {} }',
    '8:17  /channels/chat~1room/bindings/websockets  `bindings` has no field `websockets`; write `ws`',
  ],
];

const mistakes2: readonly Mistake[] = [
  [
    'documentation in the info, as in AsyncAPI 3',
    'info: {',
    'info: { externalDocs: { url: "https://example.com" },',
    '2:9  /info/externalDocs  `info` has no field `externalDocs`; move it to the top of the document',
  ],
  [
    'an extension in an example',
    '[{ payload',
    '[{ x-id: 1, payload',
    '11:22  /channels/~1room/publish/message/examples/0/x-id  an example has no field `x-id`; move it to the message, or remove it',
  ],
  [
    'operations, as in AsyncAPI 3',
    'channels:',
    'operations: {}\nchannels:',
    "5:1  /operations  the document has no field `operations`; write `publish` and `subscribe` in the channels, or set `asyncapi` to '3.0.0'",
  ],
  [
    'the host of a server, as in AsyncAPI 3',
    "url: 'ws://localhost:8080'",
    'host: localhost',
    '4:12  /servers/local/host  a server has no field `host`; write the whole address in `url`',
  ],
  [
    'a misspelled message among others',
    'message:\n        summary',
    'message:\n        oneOf: [{ payload: {} }, { paylod: {} }]\n      operationId: say\n    x-other:\n        summary',
    '9:36  /channels/~1room/publish/message/oneOf/1/paylod  a message has no field `paylod`; did you mean `payload`?',
  ],
];

describe.each([
  ['3.0.0', version3, mistakes3],
  ['2.6.0', version2, mistakes2],
] as const)('a mistake in a document of AsyncAPI %s', (version, document, mistakes) => {
  it.each(mistakes)('gets one line that says how to correct it: %s', async (about, part, instead, line) => {
    const file = join(folder, `${version}-${about.replaceAll(/\W+/g, '-')}.yaml`);
    expect(document).toContain(part);
    writeFileSync(file, document.replace(part, instead));
    const { code, stderr } = await generate(file, '--out', join(folder, 'generated'));
    expect(stderr).toBe(`${file}:${line}\n`);
    expect(code).toBe(1);
  });
});

describe.each([
  ['3.0.0', version3, '12:22  /channels/chat~1room/messages/said/examples/0/payload'],
  ['2.6.0', version2, '11:22  /channels/~1room/publish/message/examples/0/payload'],
] as const)(
  'an example that does not match its schema in a document of AsyncAPI %s',
  (version, document, at) => {
    it('gets a warning', async () => {
      const file = join(folder, `${version}-example.yaml`);
      writeFileSync(file, document.replace('text: Hello', 'text: 1'));
      const { code, stderr } = await generate(file, '--out', join(folder, `example-${version}`));
      expect(stderr).toContain(
        `warning: ${file}:${at}  the example does not match its schema: /text must be string ("string"); correct the example or the schema\n`,
      );
      expect(code).toBe(0);
    });
  },
);
