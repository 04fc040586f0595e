import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LoadedAsyncapi, loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { valueAt } from '../../scripts/posted/contract/json-pointer.ts';
import { bundled, documentIn, writeFiles } from './documents/load.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();

describe('an AsyncAPI 2 contract', () => {
  let chat: LoadedAsyncapi;
  const at = (pointer: string): unknown => valueAt(chat.document.value, pointer);

  beforeAll(async () => {
    chat = await loadAsyncapi(documentIn('version2'));
  });

  it('makes the server receive `publish` and send `subscribe` messages', () => {
    const room = { $ref: '#/channels/~1room~1{room}' };
    const [said, left] = ['said', 'left'].map((name) => ({ $ref: `${room.$ref}/messages/${name}` }));
    expect(at('/asyncapi')).toBe('3.0.0');
    // Beside them are those of `auth`, which every channel with a bearer scheme has.
    expect(at('/operations')).toMatchObject({
      say: { action: 'receive', channel: room, messages: [said, left] },
      '/room/{room}.subscribe': { action: 'send', channel: room, messages: [said] },
      '/hall.subscribe': {
        action: 'send',
        channel: { $ref: '#/channels/~1hall' },
        messages: [{ $ref: '#/channels/~1hall/messages/rung' }],
      },
    });
  });

  it('names channels by their addresses, including references, and messages as the author does', () => {
    expect(at('/channels/~1room~1{room}/address')).toBe('/room/{room}');
    expect(at('/channels/~1hall')).toMatchObject({
      address: '/hall',
      messages: { rung: { $ref: '#/components/messages/rung' } },
    });
    expect(at('/channels/~1room~1{room}/messages')).toMatchObject({
      said: { $ref: '#/components/messages/said' },
      left: { summary: 'Somebody left.', payload: { type: 'object' } },
    });
  });

  it('gives traits precedence over their object, and later traits over earlier ones', () => {
    expect(at('/components/messages/said')).toMatchObject({
      summary: 'From the trait.',
      contentType: 'application/json',
    });
    expect(at('/components/messages/said')).not.toHaveProperty('traits');
  });

  it('keeps the values of a parameter, and in an extension the rest of its schema', () => {
    expect(at('/channels/~1room~1{room}/parameters/room')).toEqual({
      description: 'Which room.',
      enum: ['a1', 'a2'],
      'x-schema': { type: 'string', minLength: 1, enum: ['a1', 'a2'] },
    });
    expect(chat.warnings).toEqual([]);
  });

  it('keeps the URL of a server, and the name of a security scheme with scopes', () => {
    expect(at('/servers/main')).toEqual({
      host: 'localhost:8080',
      pathname: '/api',
      protocol: 'wss',
      security: [{ $ref: '#/components/securitySchemes/oauth' }],
    });
    expect(at('/components/securitySchemes/oauth')).toMatchObject({ type: 'oauth2', scopes: ['read'] });
  });

  it.each([
    ['/info/tags/0', '3:8  /tags/0'],
    ['/servers/main/pathname', '6:5  /servers/main/url'],
    ['/channels/~1hall/messages/rung/payload', '3:3  /rung/payload'],
    ['/channels/~1room~1{room}/address', '10:3  /channels/~1room~1{room}'],
    ['/channels/~1room~1{room}/parameters/room/enum', '49:43  /components/schemas/RoomId/enum'],
    ['/operations/say/action', '13:5  /channels/~1room~1{room}/publish'],
    ['/operations/say/messages/1', '18:13  /channels/~1room~1{room}/publish/message/oneOf/1'],
    ['/components/messages/said/contentType', '45:13  /components/messages/said/traits/1/contentType'],
    ['/no/such/place', '1:1  /no'],
  ])('reports problems of %s where the author wrote it', (pointer, location) => {
    const { document } = chat;
    document.warn(pointer, `${pointer} is here`, 'nothing');
    const [warning = ''] = document.warnings.filter((text) => text.includes(`  ${pointer} is here`));
    expect(warning).toContain(`:${location}  `);
  });
});

it('security schemes that are required with different scopes get different names', async () => {
  const flows = { password: { tokenUrl: 'https://example.com/token', scopes: { read: '', write: '' } } };
  const contract = {
    asyncapi: '2.6.0',
    info: { title: 'Scopes', version: '1.0.0' },
    servers: { main: { url: 'localhost', protocol: 'ws', security: [{ oauth: ['read'] }] } },
    channels: {
      '/room': {
        publish: {
          security: [{ oauth: ['read', 'write'] }],
          message: { name: 'said', payload: { type: 'string' } },
        },
        subscribe: { message: { name: 'said', payload: { type: 'integer' } } },
      },
    },
    components: { securitySchemes: { oauth: { type: 'oauth2', flows } } },
  };
  writeFiles(folder, { 'scopes.json': contract });
  const at = await bundled(join(folder, 'scopes.json'));
  expect(at('/servers/main/security')).toEqual([{ $ref: '#/components/securitySchemes/oauth-read' }]);
  expect(at('/operations/~1room.publish/security')).toEqual([
    { $ref: '#/components/securitySchemes/oauth-read-write' },
  ]);
  expect(at('/components/securitySchemes/oauth-read-write/scopes')).toEqual(['read', 'write']);
  // Two messages with the same name also stay distinct.
  expect(Object.keys(at('/channels/~1room/messages') as object)).toEqual([
    'said',
    'said2',
    'auth',
    'authorized',
  ]);
});
