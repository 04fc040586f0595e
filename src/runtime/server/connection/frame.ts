/**
 * Encodes an unmasked, unfragmented text frame (RFC 6455 section 5.2). It is encoded once and written to any number of
 * connections.
 */
export function encodeTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = allocate(0x81, length); // FIN, opcode 1
  frame.write(text, frame.length - length);
  return frame;
}

/** Encodes a binary frame like `encodeTextFrame`; the bytes are copied. */
export function encodeBinaryFrame(bytes: Uint8Array): Buffer {
  const frame = allocate(0x82, bytes.length); // FIN, opcode 2
  frame.set(bytes, frame.length - bytes.length);
  return frame;
}

/** Encodes a close frame (RFC 6455 section 5.5.1). The reason is at most 123 bytes long. */
export function encodeCloseFrame(code: number, reason: string): Buffer {
  const frame = allocate(0x88, 2 + Buffer.byteLength(reason)); // FIN, opcode 8
  frame.writeUInt16BE(code, 2);
  frame.write(reason, 4);
  return frame;
}

/** The payload of a frame that the functions above encoded. */
export function payloadOf(frame: Buffer): Buffer {
  const length = frame[1];
  return frame.subarray(length === 126 ? 4 : length === 127 ? 10 : 2);
}

function allocate(firstByte: number, length: number): Buffer {
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = firstByte;
  if (headerLength === 2) {
    frame[1] = length;
  } else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return frame;
}

/** An empty ping (RFC 6455 section 5.5.2). */
export const pingFrame = Buffer.from([0x89, 0x00]);
