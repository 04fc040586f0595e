/** Frames of RFC 6455 section 5.2, as a client writes them and as it reads those of a server. */

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly fin?: boolean;
  /** The three reserved bits as a number. */
  readonly reserved?: number;
  /** Four bytes; null for a frame without a mask. */
  readonly mask?: readonly number[] | null;
  /** The length that the frame states, if it differs from that of the payload. */
  readonly length?: number;
}

/** A client's frame. */
export function frame(
  opcode: number,
  payload: Uint8Array | string = '',
  { fin = true, reserved = 0, mask = [0x37, 0xfa, 0x21, 0x3d], length }: FrameOptions = {},
): Buffer {
  const data = Buffer.from(payload);
  const size = length ?? data.length;
  const masked = mask === null ? 0 : 0x80;
  const header = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  header[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  header[1] = masked | (size < 126 ? size : size < 65_536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(size, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(size), 2);
  const key = mask ?? [0];
  return Buffer.concat([
    header,
    Buffer.from(mask ?? []),
    data.map((byte, index) => byte ^ (key[index % key.length] ?? 0)),
  ]);
}

export const text = (payload: Uint8Array | string, options?: FrameOptions): Buffer =>
  frame(opcodes.text, payload, options);
export const binary = (payload: Uint8Array | string, options?: FrameOptions): Buffer =>
  frame(opcodes.binary, payload, options);
export const ping = (payload: Uint8Array | string = '', options?: FrameOptions): Buffer =>
  frame(opcodes.ping, payload, options);
export const pong = (payload: Uint8Array | string = '', options?: FrameOptions): Buffer =>
  frame(opcodes.pong, payload, options);

/** The first frame of a message with more frames. */
export const first = (opcode: number, payload: Uint8Array | string = ''): Buffer =>
  frame(opcode, payload, { fin: false });
export const middle = (payload: Uint8Array | string = ''): Buffer => first(opcodes.continuation, payload);
export const last = (payload: Uint8Array | string = ''): Buffer => frame(opcodes.continuation, payload);

/** A close frame with a code and a reason; without a code, an empty one. */
export function close(code?: number, reason: Uint8Array | string = '', options?: FrameOptions): Buffer {
  return frame(opcodes.close, closePayload(code, reason), options);
}

function closePayload(code: number | undefined, reason: Uint8Array | string): Buffer {
  const head = Buffer.from(code === undefined ? [] : [code >> 8, code & 0xff]);
  return Buffer.concat([head, Buffer.from(reason)]);
}

/** What a test expects of a frame, in words: `text 5: hello`, `close 1000: bye`, `ping`. Long payloads are cut. */
export type Seen = string;

export const seen = {
  text: (payload: Uint8Array | string): Seen => describe(opcodes.text, Buffer.from(payload)),
  binary: (payload: Uint8Array | string): Seen => describe(opcodes.binary, Buffer.from(payload)),
  pong: (payload: Uint8Array | string = ''): Seen => describe(opcodes.pong, Buffer.from(payload)),
  close: (code?: number, reason: Uint8Array | string = ''): Seen =>
    describe(opcodes.close, closePayload(code, reason)),
};

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(opcodes).map(([name, opcode]) => [opcode, name]),
);

function describe(opcode: number, payload: Buffer, flags = ''): Seen {
  const name = `${names.get(opcode) ?? opcode}${flags}`;
  if (opcode !== opcodes.close) return `${name} ${payload.length}: ${shown(payload)}`;
  return payload.length < 2 ? name : `${name} ${payload.readUInt16BE(0)}: ${shown(payload.subarray(2))}`;
}

function shown(payload: Buffer): string {
  return payload.length <= 128 ? payload.toString('latin1') : payload.toString('base64').slice(-64);
}

/** The complete frames at the start of a server's bytes, and how many bytes they take. */
export function readFrames(bytes: Buffer): { readonly frames: readonly Seen[]; readonly length: number } {
  const frames: Seen[] = [];
  let at = 0;
  for (;;) {
    const [head = 0, second = 0] = bytes.subarray(at);
    const short = second & 0x7f;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (bytes.length < start) return { frames, length: at };
    const size =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length < start + size) return { frames, length: at };
    // A server sends whole messages without reserved bits and without masks.
    const flags =
      (head & 0xf0) === 0x80 && second < 128 ? '' : ` with the bits ${head & 0xf0} ${second & 0x80}`;
    frames.push(describe(head & 0x0f, bytes.subarray(start, start + size), flags));
    at = start + size;
  }
}
