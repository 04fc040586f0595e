import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../../src/runtime/server/index.ts';
import type { LooseTypes } from '../../support/contract-server.ts';
import { closingRows } from './closing-rows.ts';
import { connectEcho, exchange, generateEcho, startEcho } from './echo-server.ts';
import { close, ping, seen, text } from './frame.ts';
import { framingRows } from './framing-rows.ts';
import { utf8Rows } from './utf8-rows.ts';

let contract: Contract<LooseTypes>;

beforeAll(async () => {
  contract = await generateEcho();
});

describe.each([
  ['framing', framingRows],
  ['UTF-8', utf8Rows],
  ['closing', closingRows],
])('RFC 6455, %s: the server answers', (_, rows) => {
  it.each(rows)('$name', async ({ send, receive }) => {
    const { port, server } = await startEcho(contract);
    const isClosed = receive.some((frame) => frame.startsWith('close'));
    expect(await exchange(port, send)).toEqual(
      isClosed ? receive : [...receive, seen.close(1000, 'the end')],
    );
    await expect.poll(() => server.connectionCount).toBe(0);
  });
});

describe('RFC 6455, the end of the connection: the server', () => {
  it('reads a frame in the packet of the handshake', async () => {
    const { port } = await startEcho(contract);
    const client = await connectEcho(port, text('early'));
    expect(await client.frames(1)).toEqual([seen.text('early')]);
  });

  it('waits for the rest of a frame, and answers a ping meanwhile on other connections only', async () => {
    const { port } = await startEcho(contract);
    const [slow, other] = [await connectEcho(port), await connectEcho(port)];
    const bytes = text('slow');
    slow.socket.write(bytes.subarray(0, 7));
    other.socket.write(ping('quick'));
    expect(await other.frames(1)).toEqual([seen.pong('quick')]);
    expect(await slow.frames(0)).toEqual([]);
    slow.socket.write(bytes.subarray(7));
    expect(await slow.frames(1)).toEqual([seen.text('slow')]);
  });

  it.each([
    ['after its close frame', close(1000), [seen.close(1000)], 1000],
    ['without a close frame', Buffer.alloc(0), [], 1006],
    ['within a frame', text('cut').subarray(0, 5), [], 1006],
    ['after a message, which it still answers', text('last'), [seen.text('last')], 1006],
  ] as const)('ends a connection that the client ends %s', async (_, sent, expected, code) => {
    const { port, codes, server } = await startEcho(contract);
    const { socket, ended } = await connectEcho(port);
    socket.end(sent);
    expect(await ended).toEqual(expected);
    await expect.poll(() => server.connectionCount).toBe(0);
    expect(codes).toEqual([code]);
  });

  it('notices a connection that the client resets', async () => {
    const { port, codes } = await startEcho(contract);
    const { socket } = await connectEcho(port);
    socket.resetAndDestroy();
    await expect.poll(() => codes).toEqual([1006]);
  });

  it.each([
    ['a frame that breaks the protocol', text('', { mask: null }), 1002],
    ['a close frame', close(1000), 1000],
  ])('closes the connection of a client that stays silent after %s', async (_, sent, code) => {
    const { port, codes, server } = await startEcho(contract);
    const { socket, ended } = await connectEcho(port);
    socket.write(sent);
    expect(await ended).toEqual([seen.close(code)]);
    await expect.poll(() => server.connectionCount, { interval: 10 }).toBe(0);
    expect(codes).toEqual([code]);
  });
});
