import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ReadableRefusals } from '../../../src/runtime/server/handshake/readable-refusals.ts';
import { refusal } from '../../../src/runtime/server/handshake/refusal.ts';
import { type ErrorCode, PostedError } from '../../../src/runtime/shared/errors.ts';
import { createRoomHandlers, startRooms } from '../../support/rooms.ts';
import { bearer, connectClient, connectRaw, exchangeRaw, handshakeRequest } from '../../support/websocket.ts';

const path = '/rooms/kitchen/talk';
const offer = { 'Sec-WebSocket-Protocol': 'posted.v1, posted.refusal' };

/** The request of a browser that can read refusals. */
function requestOf(target = path, headers: Readonly<Record<string, string>> = {}): string {
  return handshakeRequest(target, { ...offer, Authorization: 'Bearer ada', ...headers });
}

/** What follows the headers: a close frame of the server, which is neither masked nor fragmented. */
function closeOf(frame: Buffer) {
  const [first, length = 0] = frame;
  return {
    first,
    code: frame.readUInt16BE(2),
    reason: frame.toString('utf8', 4, 2 + length),
    size: frame.length,
  };
}

interface Refused {
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The code of the error that `accept` throws. */
  readonly code?: ErrorCode;
}

describe('a handshake of a client that offers posted.refusal', () => {
  it.each<[why: string, refused: Refused, code: number, retryAfterMs: number]>([
    ['an unknown path', { target: '/nowhere' }, 4404, 0],
    ['an unknown query parameter', { target: `${path}?lout=true` }, 4400, 0],
    ['a forged token', { headers: { Authorization: 'Bearer forged' } }, 4401, 0],
    ['a room that refuses', { code: 'forbidden' }, 4403, 0],
    ['a limit', { code: 'too_many_requests' }, 4429, 1_500],
    ['an error of its handler', { headers: { Authorization: 'Bearer broken' } }, 1013, 0],
    ['an unavailable service', { code: 'unavailable' }, 1013, 7],
  ])('is refused for %s with one write that has the code %j', async (_, refused, code, retryAfterMs) => {
    const handlers = createRoomHandlers({
      accept() {
        throw new PostedError(refused.code ?? 'internal', 'No.', { retryAfterMs });
      },
    });
    const { port, server } = await startRooms(handlers);
    const socket = await connectRaw(port);
    socket.write(requestOf(refused.target, refused.headers));
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    const end = bytes.indexOf('\r\n\r\n') + 4;
    expect(bytes.toString('latin1', 0, end).split('\r\n')).toEqual([
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      // The example of RFC 6455 section 1.3.
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'Sec-WebSocket-Protocol: posted.refusal',
      '',
      '',
    ]);
    const reason = `{"retryAfterMs":${retryAfterMs}}`;
    expect(closeOf(bytes.subarray(end))).toEqual({ first: 0x88, code, reason, size: 4 + reason.length });
    expect([server.connectionCount, handlers.ended, handlers.connections.size]).toEqual([0, [], 0]);
  });

  it('is a connection like any other if it is accepted', async () => {
    const { url } = await startRooms();
    const { webSocket } = await connectClient(`${url}${path}`, {
      ...bearer('ada'),
      protocols: ['posted.v1', 'posted.refusal'],
    });
    expect(webSocket.protocol).toBe('posted.v1');
  });

  it.each([
    ['a foreign origin', requestOf(path, { Origin: 'https://evil.example' }), 403],
    ['a foreign origin at an unknown path', requestOf('/nowhere', { Origin: 'https://evil.example' }), 403],
    ['a missing key', requestOf(path, { 'Sec-WebSocket-Key': '' }), 400],
    ['another version of the protocol', requestOf(path, { 'Sec-WebSocket-Version': '8' }), 426],
    ['no such offer', requestOf('/nowhere', { 'Sec-WebSocket-Protocol': 'posted.v1' }), 404],
  ])('is refused with an HTTP status for %s', async (_, request, status) => {
    const { port } = await startRooms();
    expect((await exchangeRaw(port, request)).toString()).toMatch(`HTTP/1.1 ${status} `);
  });

  it('is refused with 403 for a foreign origin while the server shuts down', async () => {
    const { port, server } = await startRooms();
    void server.shutdown(100);
    const answers = [requestOf(path, { Origin: 'https://evil.example' }), requestOf()].map((request) =>
      exchangeRaw(port, request),
    );
    const [foreign, own] = await Promise.all(answers);
    expect(foreign?.toString()).toMatch('HTTP/1.1 403 ');
    expect(own?.toString('latin1')).toContain('{"retryAfterMs":1000}');
  });

  it('is over when the client has answered, and otherwise within a second', async () => {
    const { port } = await startRooms();
    const [silent, answering] = [await connectRaw(port), await connectRaw(port)];
    const startMs = performance.now();
    const durations = [silent, answering].map(async (socket) => {
      socket.write(requestOf('/nowhere'));
      await once(socket, 'data');
      // A masked close frame without a payload.
      if (socket === answering) socket.write(Buffer.from([0x88, 0x80, 1, 2, 3, 4]));
      await once(socket, 'close');
      return performance.now() - startMs;
    });
    const [silentMs = 0, answeredMs = 0] = await Promise.all(durations);
    expect(answeredMs).toBeLessThan(silentMs);
    expect(silentMs).toBeGreaterThan(800);
    expect(silentMs).toBeLessThan(2_000);
  });

  it('is refused with an HTTP status while 256 such refusals are open', async () => {
    const refusals = new ReadableRefusals();
    const request = { headers: { 'sec-websocket-protocol': offer['Sec-WebSocket-Protocol'] } };
    const send = (socket: Duplex) =>
      refusals.send(request as never, socket, refusal('unknown_path', 'not_found', 'No.'));
    const sockets = Array.from(
      { length: 257 },
      () => new Duplex({ read() {}, write: (_chunk, _, done) => done() }),
    );
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    expect(sockets.map(send)).toEqual(sockets.map((_, index) => index < 256));
    const [first, last = new Duplex()] = [sockets[0], sockets[256]];
    first?.destroy();
    await new Promise((resolve) => first?.once('close', resolve));
    expect(send(last)).toBe(true);
  });
});
