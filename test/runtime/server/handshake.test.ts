import { describe, expect, it } from 'vitest';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { encodeBearerProtocol, subprotocol } from '../../../src/runtime/shared/subprotocol.ts';
import { createRoomHandlers, type RoomState, type ServedRooms, startRooms } from '../../support/rooms.ts';
import {
  bearer,
  connectClient,
  connectRaw,
  exchangeRaw,
  handshakeRequest,
  refusedHandshake,
} from '../../support/websocket.ts';

const path = '/rooms/kitchen/talk';

describe('a handshake', () => {
  it('passes decoded parameters, the validated query and the user to accept', async () => {
    const handlers = createRoomHandlers();
    const { url } = await startRooms(handlers);
    await connectClient(`${url}/rooms/a%20b%2Fc/talk?loud=true`, bearer('ada'));
    expect([...handlers.connections].map(({ state }) => state)).toEqual([
      { user: 'ada', room: 'a b/c', loud: true },
    ]);
  });

  it('reads the token from the subprotocols of a browser, and echoes only posted.v1', async () => {
    const handlers = createRoomHandlers();
    const { url } = await startRooms(handlers);
    const { webSocket } = await connectClient(`${url}${path}`, {
      protocols: [subprotocol, encodeBearerProtocol('ada')],
    });
    expect(webSocket.protocol).toBe('posted.v1');
    expect([...handlers.connections][0]?.state.user).toBe('ada');
  });

  const refusals: readonly {
    readonly title: string;
    readonly target?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly reason: string;
  }[] = [
    {
      title: 'an unknown path',
      target: '/nowhere',
      status: 404,
      code: 'not_found',
      message: 'The contract has no channel at this path.',
      reason: 'unknown_path',
    },
    {
      title: 'a path that is not percent-encoded UTF-8',
      target: '/rooms/%FF/talk',
      status: 400,
      code: 'invalid_request',
      message: 'The path is not valid percent-encoded UTF-8.',
      reason: 'parameters',
    },
    {
      title: 'a parameter that breaks the contract',
      target: '/rooms/cellar/talk',
      status: 400,
      code: 'invalid_request',
      message: 'path must be a room that exists',
      reason: 'parameters',
    },
    {
      title: 'an unknown query parameter',
      target: `${path}?lout=true`,
      status: 400,
      code: 'invalid_request',
      message: 'query must NOT have additional properties',
      reason: 'query',
    },
    {
      title: 'a repeated query parameter',
      target: `${path}?loud=true&loud=true`,
      status: 400,
      code: 'invalid_request',
      message: 'query must be boolean',
      reason: 'query',
    },
    {
      title: 'no credentials',
      headers: { Authorization: '' },
      status: 401,
      code: 'unauthorized',
      message: 'A bearer token is missing. Send it as Authorization: Bearer <token>.',
      reason: 'unauthorized',
    },
    {
      title: 'credentials of another scheme',
      headers: { Authorization: 'Basic YWRhOmFkYQ==' },
      status: 401,
      code: 'unauthorized',
      message: 'A bearer token is missing. Send it as Authorization: Bearer <token>.',
      reason: 'unauthorized',
    },
    {
      title: 'a token that the security hook refuses',
      headers: { Authorization: 'Bearer forged' },
      status: 401,
      code: 'unauthorized',
      message: 'The signature is not valid.',
      reason: 'unauthorized',
    },
    {
      title: 'a security hook that fails, without details',
      headers: { Authorization: 'Bearer broken' },
      status: 500,
      code: 'internal',
      message: 'Internal error. Include the request_id when you report it.',
      reason: 'handler',
    },
    {
      title: 'a foreign origin',
      headers: { Origin: 'https://evil.example' },
      status: 403,
      code: 'forbidden',
      message:
        'Pages of https://evil.example may not connect to this server. To allow them, add https://evil.example to the option `origins`.',
      reason: 'origin',
    },
    {
      title: 'a missing Sec-WebSocket-Key',
      headers: { 'Sec-WebSocket-Key': '' },
      status: 400,
      code: 'invalid_request',
      message: 'Sec-WebSocket-Key must be 16 bytes in Base64.',
      reason: 'bad_handshake',
    },
    {
      title: 'two Host headers',
      headers: { host: 'other.example' },
      status: 400,
      code: 'invalid_request',
      message: 'A WebSocket handshake must have one Host header.',
      reason: 'bad_handshake',
    },
    {
      title: 'another version of the protocol',
      headers: { 'Sec-WebSocket-Version': '8' },
      status: 426,
      code: 'invalid_request',
      message: 'Sec-WebSocket-Version must be 13.',
      reason: 'bad_handshake',
    },
    {
      title: 'subprotocols that are not a list of names',
      headers: { 'Sec-WebSocket-Protocol': 'a b, ,c' },
      status: 400,
      code: 'invalid_request',
      message: 'Sec-WebSocket-Protocol must be a list of distinct subprotocol names.',
      reason: 'bad_handshake',
    },
    {
      title: 'an upgrade to another protocol',
      headers: { Upgrade: 'h2c' },
      status: 400,
      code: 'invalid_request',
      message: 'The Upgrade header must be "websocket".',
      reason: 'not_a_websocket',
    },
  ];
  it.each(refusals)(
    'is refused for $title',
    async ({ target = path, headers, status, code, message, reason }) => {
      const { port, observed, server } = await startRooms(createRoomHandlers(), {
        origins: { kind: 'list', origins: ['https://good.example'] },
      });
      const request = handshakeRequest(target, { Authorization: 'Bearer ada', ...headers });
      const [head = '', body = ''] = (await exchangeRaw(port, request)).toString().split('\r\n\r\n');
      expect(head.split('\r\n')[0]).toMatch(`HTTP/1.1 ${status} `);
      expect(JSON.parse(body)).toEqual({ message, code, request_id: expect.any(String) });
      expect(observed).toEqual([['handshakeRefused', reason]]);
      expect(server.connectionCount).toBe(0);
    },
  );

  it('is refused with 503 at the connection limit, and accepted after a connection has closed', async () => {
    const { url } = await startRooms(createRoomHandlers(), { maxConnections: 1 });
    const first = await connectClient(`${url}${path}`, bearer('ada'));
    const { status, headers } = await refusedHandshake(`${url}${path}`, bearer('bob'));
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    first.webSocket.close();
    await first.closed;
    await connectClient(`${url}${path}`, bearer('bob'));
  });

  it('is refused with 429 at the connection limit of its user, while other users connect', async () => {
    const { url } = await startRooms(createRoomHandlers(), { maxConnectionsPerUser: 1 });
    const first = await connectClient(`${url}${path}`, bearer('ada'));
    expect((await refusedHandshake(`${url}${path}`, bearer('ada'))).status).toBe(429);
    await connectClient(`${url}${path}`, bearer('bob'));
    first.webSocket.close();
    await first.closed;
    await connectClient(`${url}${path}`, bearer('ada'));
  });

  it.each([
    ['maxPendingHandshakes', 503],
    ['maxPendingHandshakesPerAddress', 429],
  ])('is refused at the limit %s with %d, until others are finished', async (option, expected) => {
    const accepting = Promise.withResolvers<RoomState>();
    const handlers = createRoomHandlers({ accept: () => accepting.promise });
    const { url, server } = await startRooms(handlers, { [option]: 2 });
    const pending = [1, 2].map(() => connectClient(`${url}${path}`, bearer('ada')));
    await expect.poll(() => server.connectionCount).toBe(2);
    const { status, headers } = await refusedHandshake(`${url}${path}`, bearer('bob'));
    expect([status, headers['retry-after']]).toEqual([expected, '1']);
    accepting.resolve({ user: 'ada', room: 'kitchen', loud: false });
    await Promise.all(pending);
    await connectClient(`${url}${path}`, bearer('bob'));
  });

  it('is refused with the status of the error that accept throws', async () => {
    const handlers = createRoomHandlers({
      accept() {
        throw new PostedError('forbidden', 'This room is private.');
      },
    });
    const { url, server } = await startRooms(handlers);
    const { status, body } = await refusedHandshake(`${url}${path}`, bearer('ada'));
    expect([status, body]).toEqual([
      403,
      { message: 'This room is private.', code: 'forbidden', request_id: expect.any(String) },
    ]);
    expect(server.connectionCount).toBe(0);
  });

  it('is refused with 503 when accept takes too long, and closes the connection when accept returns later', async () => {
    const accepting = Promise.withResolvers<RoomState>();
    const handlers = createRoomHandlers({ accept: () => accepting.promise });
    const { url, server } = await startRooms(handlers, { handshakeTimeoutMs: 20 });
    expect((await refusedHandshake(`${url}${path}`, bearer('ada'))).status).toBe(503);
    const state = { user: 'ada', room: 'kitchen', loud: false };
    accepting.resolve(state);
    await expect.poll(() => handlers.ended).toEqual([[state, { code: 1006, reason: 'never opened' }]]);
    expect(server.connectionCount).toBe(0);
  });

  it('closes the connection if the client disconnects while accept is pending', async () => {
    const acceptCalled = Promise.withResolvers<void>();
    const accepting = Promise.withResolvers<RoomState>();
    const state = { user: 'ada', room: 'kitchen', loud: false };
    const handlers = createRoomHandlers({
      accept() {
        acceptCalled.resolve();
        return accepting.promise;
      },
    });
    const { port, server, observed } = await startRooms(handlers);
    const socket = await connectRaw(port);
    socket.write(handshakeRequest(path, { Authorization: 'Bearer ada' }));
    await acceptCalled.promise;
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    accepting.resolve(state);
    await expect.poll(() => server.connectionCount).toBe(0);
    expect(handlers.ended).toEqual([[state, { code: 1006, reason: 'never opened' }]]);
    expect(handlers.connections.size).toBe(0);
    expect(observed).toEqual([['handshakeRefused', 'gone']]);
  });

  it('requires that every handler exists when the server starts', async () => {
    const { room } = createRoomHandlers();
    const incomplete = { ...createRoomHandlers(), room: { ...room, speak: {} } } as unknown as ServedRooms;
    await expect(startRooms(incomplete)).rejects.toThrow('No handler for message say of operation speak.');
  });
});
