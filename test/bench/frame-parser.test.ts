import { describe, expect, it } from 'vitest';
import { FrameParser } from '../../bench/load/frame-parser.ts';

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff])
        : Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff]);
  return Buffer.concat([header, payload]);
}

const payloads = ['', 'short', 'm'.repeat(125), 'n'.repeat(300), 'after a ping'];

const stream = Buffer.concat([
  ...payloads.slice(0, 4).map((payload) => frame(1, Buffer.from(payload))),
  frame(9, Buffer.from('ping')),
  frame(2, Buffer.from(payloads[4] ?? '')),
  frame(8, Buffer.from([0x03, 0xe8])),
]);

/** The messages in chunks that share a buffer, each overwriting the previous one. */
function read(chunks: readonly Buffer[]): readonly string[] {
  const messages: string[] = [];
  const parser = new FrameParser((bytes, start, end) => messages.push(bytes.toString('utf8', start, end)));
  const shared = Buffer.alloc(1 + Math.max(...chunks.map(({ length }) => length)));
  for (const chunk of chunks) {
    shared.fill(0xff);
    chunk.copy(shared, 1);
    parser.take(shared, 1, 1 + chunk.length);
  }
  return messages;
}

describe('the frame parser', () => {
  it('finds the messages and skips control frames', () => {
    expect(read([stream])).toEqual(payloads);
  });

  it('finds them for every split of the stream', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(read([stream.subarray(0, at), stream.subarray(at)]), `split at ${at}`).toEqual(payloads);
    }
  });

  it('finds them byte by byte', () => {
    expect(read([...stream].map((byte) => Buffer.from([byte])))).toEqual(payloads);
  });

  it('reads a 64-bit length', () => {
    const large = frame(1, Buffer.alloc(70_000, 'x'));
    expect(read([large.subarray(0, 6), large.subarray(6, 40_000), large.subarray(40_000)])).toEqual([
      'x'.repeat(70_000),
    ]);
  });

  it.each([
    ['masked', Buffer.from([0x81, 0x80, 0, 0, 0, 0]), /masked/],
    ['fragmented', Buffer.from([0x01, 0x01, 0x78]), /fragmented/],
    ['compressed', Buffer.from([0xc1, 0x01, 0x78]), /compressed/],
    ['too large', Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0]), /larger/],
  ])('refuses a frame that is %s', (_, bytes, message) => {
    expect(() => read([bytes])).toThrow(message);
  });
});
