import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createRoomHandlers, startRooms } from '../../support/rooms.ts';
import { connectRaw, handshakeRequest } from '../../support/websocket.ts';

/** Encodes a client's frame (RFC 6455 section 5.2), masked with zeros by default. */
function frame(
  opcode: number,
  payload: Buffer | string,
  { fin = true, masked = true, rsv = 0 }: { fin?: boolean; masked?: boolean; rsv?: number } = {},
): Buffer {
  const data = Buffer.from(payload);
  const mask = masked ? 0x80 : 0;
  const length =
    data.length < 126
      ? Buffer.from([mask | data.length])
      : data.length < 65_536
        ? Buffer.from([mask | 126, data.length >> 8, data.length & 0xff])
        : Buffer.from([
            mask | 127,
            0,
            0,
            0,
            0,
            ...[24, 16, 8, 0].map((shift) => (data.length >> shift) & 0xff),
          ]);
  const first = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode]);
  return Buffer.concat([first, length, masked ? Buffer.alloc(4) : Buffer.alloc(0), data]);
}

const text = 1;
const binary = 2;
const continuation = 0;
const say = (said: string): string => JSON.stringify({ type: 'said', text: said });

interface Row {
  readonly title: string;
  readonly frames: readonly Buffer[];
  readonly code: number;
  readonly reason: string;
}

const rows: readonly Row[] = [
  {
    title: 'a binary message',
    frames: [frame(binary, say('hello'))],
    code: 1003,
    reason: 'this channel does not accept binary messages',
  },
  {
    title: 'an unmasked frame',
    frames: [frame(text, say('hello'), { masked: false })],
    code: 1002,
    reason: '',
  },
  { title: 'a reserved bit', frames: [frame(text, say('hello'), { rsv: 4 })], code: 1002, reason: '' },
  { title: 'an unknown opcode', frames: [frame(5, 'x')], code: 1002, reason: '' },
  {
    title: 'a continuation without a first fragment',
    frames: [frame(continuation, 'x')],
    code: 1002,
    reason: '',
  },
  { title: 'a fragmented ping', frames: [frame(9, 'x', { fin: false })], code: 1002, reason: '' },
  { title: 'a message that is too big', frames: [frame(text, 'x'.repeat(1025))], code: 1009, reason: '' },
  {
    title: 'fragments whose total is too big',
    frames: [
      frame(text, 'x'.repeat(600), { fin: false }),
      frame(continuation, 'x'.repeat(600), { fin: false }),
    ],
    code: 1009,
    reason: '',
  },
  {
    title: 'more fragments than the limit',
    frames: [
      frame(text, '', { fin: false }),
      ...Array.from({ length: 1024 }, () => frame(continuation, '', { fin: false })),
    ],
    code: 1008,
    reason: '',
  },
  {
    title: 'text that is not UTF-8',
    frames: [frame(text, Buffer.from([0xc3, 0x28]))],
    code: 1007,
    reason: '',
  },
  {
    title: 'text that is not JSON',
    frames: [frame(text, '{"type":')],
    code: 4400,
    reason: 'The text is not valid JSON.',
  },
  {
    title: 'a lone surrogate',
    frames: [frame(text, '{"type":"said","text":"\\ud800"}')],
    code: 4400,
    reason: '/text must not contain a lone surrogate.',
  },
  {
    title: 'a message without a type',
    frames: [frame(text, '{}')],
    code: 4400,
    reason: '/type must name a message of this channel',
  },
  {
    title: 'a message that is not an object',
    frames: [frame(text, '[1]')],
    code: 4400,
    reason: '/type must name a message of this channel',
  },
  {
    title: 'a message that the contract does not define',
    frames: [frame(text, '{"type":"shout"}')],
    code: 4400,
    reason: '/type must name a message of this channel',
  },
  {
    title: 'a message with an unknown field',
    frames: [frame(text, '{"type":"said","text":"hello","mood":"sour"}')],
    code: 4400,
    reason: 'the message must NOT have additional properties',
  },
  {
    title: 'a property of the wrong type',
    frames: [frame(text, '{"type":"said","text":1}')],
    code: 4400,
    reason: 'the message must have text',
  },
];

/** Reads the first close frame among a server's frames, all of which are short. */
function readClose(bytes: Buffer): { readonly code: number; readonly reason: string } | null {
  const start = bytes.indexOf(0x88);
  if (start === -1) return null;
  const payload = bytes.subarray(start + 2, start + 2 + (bytes[start + 1] ?? 0));
  return { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
}

describe('a client that sends', () => {
  it.each(rows)('$title is disconnected with $code $reason', async ({ frames, code, reason }) => {
    const handlers = createRoomHandlers();
    const { port, server } = await startRooms(handlers, { maxMessageBytes: 1024 });
    const socket = await connectRaw(port);
    socket.write(handshakeRequest('/rooms/kitchen/talk', { Authorization: 'Bearer ada' }));
    await once(socket, 'data');
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    for (const bytes of frames) socket.write(bytes);
    socket.write(frame(8, Buffer.from([code >> 8, code & 0xff])));
    await once(socket, 'close');
    expect(readClose(Buffer.concat(received))).toEqual({ code, reason });
    await expect.poll(() => server.connectionCount).toBe(0);
    expect(handlers.ended.map(([, closed]) => closed.code)).toEqual([code]);
  });

  it('a fragmented message within the limits has it handled', async () => {
    const handlers = createRoomHandlers();
    const { port } = await startRooms(handlers, { maxMessageBytes: 1024 });
    const socket = await connectRaw(port);
    socket.write(handshakeRequest('/rooms/kitchen/talk', { Authorization: 'Bearer ada' }));
    await once(socket, 'data');
    const [head, tail] = [say('hello').slice(0, 9), say('hello').slice(9)];
    socket.write(frame(text, head, { fin: false }));
    socket.write(frame(9, 'are you there'));
    socket.write(frame(continuation, tail));
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    await expect.poll(() => Buffer.concat(received).toString()).toContain(say('hello'));
    expect(Buffer.concat(received).toString()).toContain('are you there');
  });

  it('a close frame receives pending messages before the close frame of the server, and nothing after', async () => {
    const handlers = createRoomHandlers();
    const { port } = await startRooms(handlers);
    const socket = await connectRaw(port);
    socket.write(handshakeRequest('/rooms/kitchen/talk', { Authorization: 'Bearer ada' }));
    await once(socket, 'data');
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.write(Buffer.concat([frame(text, say('hello')), frame(8, Buffer.from([0x03, 0xe8]))]));
    await once(socket, 'close');
    const said = Buffer.from('{"type":"said","text":"hello"}');
    const frames = [Buffer.from([0x81, said.length]), said, Buffer.from([0x88, 2, 0x03, 0xe8])];
    expect(Buffer.concat(received)).toEqual(Buffer.concat(frames));
  });
});
