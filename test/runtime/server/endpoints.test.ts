import { describe, expect, it } from 'vitest';
import type { ServerDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import {
  createChannel,
  createTextGuard,
  objectOf,
  startChannel,
  startChannels,
} from '../../support/channel.ts';
import { connectClient, exchangeRaw, handshakeRequest, refusedHandshake } from '../../support/websocket.ts';

function createServer(name: string, pathname: string, regions: readonly string[] = []): ServerDescriptor {
  const variables = { region: { values: regions, default: undefined } };
  return { name, protocol: 'ws', host: 'localhost', pathname, variables };
}

describe('a channel', () => {
  const parameters = createTextGuard(objectOf({ room: { type: 'integer' } }));
  const rooms = createChannel({
    name: 'rooms',
    address: '/rooms/{room}',
    parameters,
    servers: [createServer('regional', '/{region}/live', ['north', 'süd']), createServer('plain', '')],
  });
  const news = createChannel({
    name: 'news',
    address: '/rooms/{room}',
    parameters,
    servers: [createServer('south', '/{region}/live', ['south'])],
  });

  it.each([
    ['/north/live/rooms/7', 'rooms', { region: 'north' }],
    ['/s%C3%BCd/live/rooms/7', 'rooms', { region: 'süd' }],
    ['/rooms/7', 'rooms', {}],
    ['/south/live/rooms/7', 'news', { region: 'south' }],
  ])('is served under the pathnames of its servers: %s', async (path, channel, variables) => {
    const { url, accepted } = await startChannels([rooms, news]);
    await connectClient(`${url}${path}`);
    expect(accepted).toHaveLength(1);
    expect(accepted[0]).toMatchObject({ channel, params: { room: 7 } });
    expect({ ...accepted[0]?.variables }).toEqual(variables);
  });

  it.each(['/west/live/rooms/7', '/live/rooms/7', '/north/rooms/7', '/north/live'])(
    'is not served elsewhere: %s',
    async (path) => {
      const { url, observed } = await startChannels([rooms, news]);
      expect(await refusedHandshake(`${url}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'not_found', message: 'The contract has no channel at this path.' },
      });
      expect(observed).toEqual([['handshakeRefused', 'unknown_path']]);
    },
  );
});

describe('a channel with headers', () => {
  const headerNames = ['X-Trace', 'X-Depth'];
  const channel = createChannel({
    headerNames,
    headers: createTextGuard({
      type: 'object',
      required: ['X-Trace'],
      properties: {
        'X-Trace': { type: 'string', pattern: '^[a-z]+$' },
        'X-Depth': { type: 'integer', default: 1 },
      },
      additionalProperties: false,
    }),
  });

  it.each([
    [
      { 'X-Trace': 'abc', 'X-Depth': '7' },
      { 'X-Trace': 'abc', 'X-Depth': 7 },
    ],
    [{ 'x-trace': 'abc' }, { 'X-Trace': 'abc', 'X-Depth': 1 }],
    [
      { 'X-TRACE': 'abc', 'X-Other': 'ignored' },
      { 'X-Trace': 'abc', 'X-Depth': 1 },
    ],
  ])('passes them to accept, converted and in the case of the contract: %j', async (headers, expected) => {
    const { url, accepted } = await startChannel(channel);
    await connectClient(`${url}/desk`, { headers });
    expect({ ...accepted[0]?.headers }).toEqual(expected);
  });

  it.each([
    ['', "header must have required property 'X-Trace'"],
    ['\r\nX-Trace: SECRET', 'header /X-Trace must match pattern "^[a-z]+$"'],
    ['\r\nX-Trace: abc\r\nX-Depth: SECRET', 'header /X-Depth must be integer'],
    ['\r\nX-Trace: abc\r\nx-trace: SECRET', 'header /X-Trace must occur only once'],
    ['\r\nX-Trace: abc\r\nX-Depth: 1\r\nX-Depth: 1', 'header /X-Depth must occur only once'],
  ])('refuses headers that break the contract with 400: %j', async (headers, message) => {
    const { port, observed } = await startChannel(channel);
    // Appending to the value of an irrelevant header allows repeated headers.
    const request = handshakeRequest('/desk', { Accept: `*/*${headers}` });
    const [head = '', body = ''] = (await exchangeRaw(port, request)).toString().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(body)).toEqual({ message, code: 'invalid_request', request_id: expect.any(String) });
    expect(observed).toEqual([['handshakeRefused', 'headers']]);
  });
});
