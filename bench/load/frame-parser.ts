/** A text or binary message: the bytes of `buffer` from `start` to `end`, valid only during the call. */
export type OnMessage = (buffer: Buffer, start: number, end: number) => void;

const maxPayloadBytes = 16 * 1024 * 1024;

/**
 * Finds the messages in the bytes of a server on a WebSocket (RFC 6455, section 5.2). A message within one
 * read is passed on without a copy; only a payload split across reads is copied.
 * Control frames are skipped.
 */
export class FrameParser {
  readonly #onMessage: OnMessage;
  /** The number of header bytes read so far. */
  #headerBytes = 0;
  /** The number of remaining bytes of the extended length. */
  #lengthBytes = 0;
  #opcode = 0;
  #length = 0;
  /** The payload so far, if it is split across reads. */
  #parts: Buffer | null = null;
  #partsBytes = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  /** @throws Error for a frame that a server must not send, or that ours never sends: masked, fragmented or too large */
  take(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#headerBytes < 2 || this.#lengthBytes > 0) {
        this.#takeHeader(buffer[at] ?? 0);
        at += 1;
        // An empty payload has no bytes that would complete it.
        if (this.#length > 0 || this.#headerBytes < 2 || this.#lengthBytes > 0) continue;
      }
      at = this.#takePayload(buffer, at, end);
    }
  }

  #takeHeader(byte: number): void {
    this.#headerBytes += 1;
    if (this.#headerBytes === 1) {
      if (byte < 0x80 || (byte & 0x70) !== 0) throw new Error('a frame is fragmented or compressed');
      this.#opcode = byte & 0x0f;
    } else if (this.#headerBytes === 2) {
      if (byte > 0x7f) throw new Error('a frame of the server is masked');
      this.#lengthBytes = byte === 126 ? 2 : byte === 127 ? 8 : 0;
      this.#length = this.#lengthBytes === 0 ? byte : 0;
    } else {
      this.#lengthBytes -= 1;
      this.#length = this.#length * 256 + byte;
      if (this.#length > maxPayloadBytes) throw new Error('a frame is larger than 16 MiB');
    }
  }

  /** Returns the offset of the next byte to read. */
  #takePayload(buffer: Buffer, start: number, end: number): number {
    const needed = this.#length - this.#partsBytes;
    if (end - start < needed) {
      this.#parts ??= Buffer.allocUnsafe(this.#length);
      this.#partsBytes += buffer.copy(this.#parts, this.#partsBytes, start, end);
      return end;
    }
    const parts = this.#parts;
    parts?.set(buffer.subarray(start, start + needed), this.#partsBytes);
    this.#headerBytes = 0;
    this.#parts = null;
    this.#partsBytes = 0;
    const isData = this.#opcode <= 2;
    if (isData && parts === null) this.#onMessage(buffer, start, start + needed);
    else if (isData && parts !== null) this.#onMessage(parts, 0, parts.length);
    return start + needed;
  }
}
