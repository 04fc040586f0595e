import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { GenerationError, type Problem } from '../../scripts/posted/contract/generation-error.ts';
import { splitPointer } from '../../scripts/posted/contract/json-pointer.ts';
import { tempFolder } from '../scripts/generator.ts';

const contract = join(tempFolder(), 'contract.json');

const object = (properties: object): object => ({ type: 'object', properties });

/** A valid document. */
const base = {
  asyncapi: '3.0.0',
  info: { title: 'Base', version: '1.0.0' },
  servers: {
    main: { host: 'localhost', protocol: 'ws', security: [{ $ref: '#/components/securitySchemes/key' }] },
  },
  channels: {
    room: {
      address: '/rooms/{id}',
      parameters: { id: {} },
      bindings: { ws: { query: object({ since: { type: 'integer' } }) } },
      messages: {
        said: { payload: { type: 'object', required: ['type'], properties: { type: { const: 'said' } } } },
        left: { payload: { type: 'object', required: ['type'], properties: { type: { const: 'left' } } } },
      },
    },
    other: { address: '/other', messages: { noted: { payload: { type: 'string' } } } },
  },
  operations: {
    tell: { action: 'send', channel: { $ref: '#/channels/room' } },
    note: { action: 'receive', channel: { $ref: '#/channels/other' } },
  },
  components: {
    securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    schemas: { Id: { type: 'string' } },
  },
};

/** The problems of the base document after setting `value` at `pointer`. */
async function problemsOf(pointer: string, value: unknown): Promise<readonly Problem[]> {
  const document = structuredClone(base);
  const keys = splitPointer(pointer);
  let target = document as unknown as Record<string, Record<string, unknown>>;
  for (const key of keys.slice(0, -1)) {
    target[key] ??= {};
    target = target[key] as typeof target;
  }
  target[keys.at(-1) ?? ''] = value as Record<string, unknown>;
  writeFileSync(contract, JSON.stringify(document, null, 2));
  try {
    await loadAsyncapi(contract, { allowRemote: false, strict: false });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof GenerationError)) throw thrown;
    return thrown.problems;
  }
}

const said = '/channels/room/messages/said';
const resume = {
  query: 'since',
  ready: 'said',
  checkpoint: 'said',
  reset: 'said',
  bye: 'said',
  ack: 'noted',
};
const scheme = '/components/securitySchemes/key';

describe('an unsupported document', () => {
  it('is supported before the change', async () => {
    expect(await problemsOf('/info/title', 'Base')).toEqual([]);
  });

  it.each([
    ['/servers/main/protocol', 'kafka', '/servers/main/protocol protocol "kafka" is not supported'],
    ['/servers/main/host', 'ann@localhost', '/servers/main/host a host must be a name with an optional port'],
    [
      '/servers/main/pathname',
      '/a?b',
      '/servers/main/pathname an address must not contain a query or a fragment',
    ],
    [
      '/servers/main/bindings',
      { ws: { compression: true } },
      '/servers/main/bindings/ws the ws binding does not apply to a server',
    ],
    [scheme, { type: 'X509' }, `${scheme} security scheme \`X509\` is not supported`],
    [scheme, { type: 'plain' }, `${scheme} security scheme \`plain\` is not supported`],
    [scheme, { type: 'scramSha256' }, `${scheme} security scheme \`scramSha256\` is not supported`],
    [scheme, { type: 'scramSha512' }, `${scheme} security scheme \`scramSha512\` is not supported`],
    [scheme, { type: 'gssapi' }, `${scheme} security scheme \`gssapi\` is not supported`],
    [scheme, { type: 'symmetricEncryption' }, `${scheme} security scheme \`symmetricEncryption\` is not`],
    [scheme, { type: 'asymmetricEncryption' }, `${scheme} security scheme \`asymmetricEncryption\` is not`],
    [
      scheme,
      { type: 'http', scheme: 'digest' },
      `${scheme} security scheme \`http digest\` is not supported`,
    ],
    [
      '/channels/room/address',
      '/rooms/{id}/{id}',
      '/channels/room/address the address contains a parameter twice',
    ],
    [
      scheme,
      { type: 'httpApiKey', in: 'header', name: 'API key' },
      `${scheme}/name "API key" is not a valid header name`,
    ],
    [
      scheme,
      { type: 'httpApiKey', in: 'cookie', name: 'a;b' },
      `${scheme}/name "a;b" is not a valid cookie name`,
    ],
    [
      '/channels/room/bindings/ws/headers',
      object({ 'X Y': { type: 'string' } }),
      '/channels/room/bindings/ws/headers/properties/X Y "X Y" is not a valid header name',
    ],
    ['/channels/room/address', '/rooms/{id}{id2}', '/channels/room/parameters'],
    [
      '/channels/room/x-resume',
      { ...resume, window: 'since' },
      '/channels/room/x-resume/alive no `send` operation has a message ""',
    ],
    [
      '/channels/room/x-resume',
      { ...resume, alive: 'left' },
      '/channels/room/x-resume/window the ws binding has no query parameter ""',
    ],
    [
      '/channels/room/x-resume',
      { ...resume, device: 'since' },
      '/channels/room/x-resume/instance the ws binding has no query parameter ""',
    ],
    [
      '/channels/room/x-resume',
      { ...resume, instance: 'since' },
      '/channels/room/x-resume/device the ws binding has no query parameter ""',
    ],
    [
      '/channels/room/x-resume',
      { ...resume, device: 'since', instance: 'attempt' },
      '/channels/room/x-resume/instance the ws binding has no query parameter "attempt"',
    ],
    [
      '/channels/room/x-resume',
      { ...resume, alive: 'left', window: 'size' },
      '/channels/room/x-resume/window the ws binding has no query parameter "size"',
    ],
    ['/channels/room/parameters', {}, "/channels/room/parameters Not all channel's parameters are described"],
    [
      '/channels/other/address',
      '/rooms/{room}',
      '/channels/other/address a path can match both this address and',
    ],
    [
      '/channels/room/bindings/ws/method',
      'POST',
      '/channels/room/bindings/ws/method a WebSocket handshake is a GET request',
    ],
    [
      '/channels/room/bindings/ws/query',
      { type: 'array', items: { type: 'string' } },
      '/channels/room/bindings/ws/query',
    ],
    [
      '/channels/room/bindings/ws/query/properties/since',
      { type: 'array' },
      '/channels/room/bindings/ws/query/properties/since text cannot be converted',
    ],
    [
      '/channels/room/bindings/ws/query/properties/toString',
      { type: 'integer', default: 1 },
      '/channels/room/bindings/ws/query/properties/toString `toString` cannot have a default',
    ],
    [
      '/servers/main/security',
      [
        { type: 'httpApiKey', in: 'query', name: 'a b' },
        { type: 'httpApiKey', in: 'query', name: 'aB' },
      ],
      '/channels/room two security schemes of this address are named `httpApiKeyAB`',
    ],
    [
      '/operations/tell/security',
      [{ type: 'userPassword' }],
      '/operations/tell/security a handshake cannot carry these credentials together with those',
    ],
    [
      '/operations/tell/bindings',
      { ws: { x: 1 } },
      '/operations/tell/bindings/ws the ws binding does not apply to an operation',
    ],
    [
      '/operations/note/reply',
      { channel: { $ref: '#/channels/room' } },
      '/operations/note/reply/channel the reply has another address',
    ],
    [
      `${said}/contentType`,
      'application/xml',
      `${said}/contentType content type "application/xml" is not supported`,
    ],
    [
      `${said}/contentType`,
      'text/plain',
      `${said}/payload the schema of a plain text message allows more than strings`,
    ],
    [`${said}/bindings`, { ws: { x: 1 } }, `${said}/bindings/ws the ws binding does not apply to a message`],
    [`${said}/correlationId`, { location: '$message.payload' }, `${said}/correlationId/location`],
    [
      `${said}/correlationId`,
      { location: '$message.header#/id' },
      `${said}/correlationId/location the location points into the headers`,
    ],
    [
      `${said}/payload`,
      { schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema: {} },
      `${said}/payload/schemaFormat schema format`,
    ],
    [
      `${said}/payload/properties/x`,
      { typo: 1 },
      `${said}/payload/properties/x/typo \`typo\` is not a JSON Schema keyword`,
    ],
    [
      `${said}/payload/properties/x`,
      { $id: 'x' },
      `${said}/payload/properties/x/$id \`$id\` is not supported`,
    ],
    [
      `${said}/payload/properties/x`,
      { $ref: 'https://example.com/x.json' },
      'https://example.com/x.json" refers to a remote file',
    ],
    [`${said}/payload/properties/x`, { $ref: 'missing.json' }, `${said}/payload/properties/x/$ref`],
    ['/asyncapi', '1.2.0', '/asyncapi'],
    ['/asyncapi', '4.0.0', '/asyncapi'],
    ['/operations', {}, '/operations no channel has an operation'],
  ])('is refused with the field named: %s = %j', async (pointer, value, expected) => {
    const problems = await problemsOf(pointer, value);
    expect(problems.map((problem) => `${problem.pointer} ${problem.what}`).join('\n')).toContain(expected);
    expect(problems.filter(({ file, line, fix }) => file === contract && line > 0 && fix !== '')).toEqual(
      problems,
    );
  });
});
