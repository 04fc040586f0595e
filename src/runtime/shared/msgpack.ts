import { Decoder, Encoder } from '@msgpack/msgpack';
import type { MessageCodec } from './descriptor.ts';
import { PostedError } from './errors.ts';

/** Deeper than the values of any contract, and far from exhausting the stack. */
const maxDepth = 500;

/**
 * MessagePack for the values of JSON. A module of its own, so that only clients of contracts with such messages load the
 * library.
 */
export const msgpack: MessageCodec = {
  // What JSON does not keep, such as undefined members, is absent in both encodings.
  encode: (value) => new Encoder({ maxDepth }).encode(JSON.parse(JSON.stringify(value))),

  decode(bytes) {
    try {
      checkValues(bytes);
      return new Decoder().decode(bytes);
    } catch (cause) {
      if (cause instanceof PostedError) throw cause;
      throw new PostedError('invalid_request', 'The message is not valid MessagePack.', { cause });
    }
  },
};

/** A map or an array whose members follow. A map has two for each entry, first the key. */
interface Container {
  readonly isMap: boolean;
  left: number;
}

/**
 * Refuses what JSON does not have, and sizes for which there are not enough bytes: the library would allocate memory for
 * them first.
 */
function checkValues(bytes: Uint8Array): void {
  const reader = new Reader(bytes);
  const open: Container[] = [];
  let expected = 1;
  while (expected > 0) {
    const container = open.at(-1);
    const isKey = container?.isMap === true && container.left % 2 === 0;
    const size = reader.readValue(isKey);
    expected += size.left - 1;
    if (expected > reader.remaining) throw new RangeError('The message ends early.');
    if (container !== undefined) container.left -= 1;
    if (size.left > 0) open.push(size);
    if (open.length > maxDepth) throw refusal('The message is nested too deeply.');
    while (open.at(-1)?.left === 0) open.pop();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const scalar: Container = { isMap: false, left: 0 };

/** Reads the headers of values. https://github.com/msgpack/msgpack/blob/master/spec.md#formats */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** Skips a scalar, or the header of a map or an array, whose members are left. */
  readValue(isKey: boolean): Container {
    const type = this.#number(1);
    const isFixedText = type >= 0xa0 && type <= 0xbf;
    if (isFixedText || (type >= 0xd9 && type <= 0xdb)) {
      return this.#skipText(isFixedText ? type & 0x1f : this.#number(2 ** (type - 0xd9)));
    }
    if (isKey) throw refusal('The keys of maps must be text.');
    if (type <= 0x7f || type >= 0xe0 || type === 0xc0 || type === 0xc2 || type === 0xc3) return scalar;
    if (type <= 0x8f) return { isMap: true, left: 2 * (type & 0x0f) };
    if (type <= 0x9f) return { isMap: false, left: type & 0x0f };
    if (type === 0xca || type === 0xcb) return this.#skipFloat(type === 0xca ? 4 : 8);
    if (type >= 0xcc && type <= 0xcf) return this.#skip(2 ** (type - 0xcc));
    if (type >= 0xd0 && type <= 0xd3) return this.#skip(2 ** (type - 0xd0));
    if (type === 0xdc || type === 0xdd) return { isMap: false, left: this.#number(type === 0xdc ? 2 : 4) };
    if (type === 0xde || type === 0xdf) return { isMap: true, left: 2 * this.#number(type === 0xde ? 2 : 4) };
    if (type === 0xc1) throw new RangeError('0xc1 is not a format of MessagePack.');
    const kind = type >= 0xc4 && type <= 0xc6 ? 'bytes' : 'extension types';
    throw refusal(`The message must not contain ${kind}, which JSON does not have.`);
  }

  #skipText(length: number): Container {
    const start = this.#offset;
    this.#skip(length);
    utf8.decode(this.#bytes.subarray(start, this.#offset));
    return scalar;
  }

  #skipFloat(length: 4 | 8): Container {
    const start = this.#offset;
    this.#skip(length);
    const value = length === 4 ? this.#view.getFloat32(start) : this.#view.getFloat64(start);
    if (!Number.isFinite(value)) throw refusal('Numbers must be finite.');
    return scalar;
  }

  #skip(length: number): Container {
    if (length > this.remaining) throw new RangeError('The message ends early.');
    this.#offset += length;
    return scalar;
  }

  #number(length: number): number {
    const start = this.#offset;
    this.#skip(length);
    if (length === 1) return this.#view.getUint8(start);
    return length === 2 ? this.#view.getUint16(start) : this.#view.getUint32(start);
  }
}

function refusal(message: string): PostedError {
  return new PostedError('invalid_request', message);
}
