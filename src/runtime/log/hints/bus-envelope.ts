import { type BusDropReason, maxBusMessageBytes } from '../../shared/bus.ts';
import { joinHeader, splitHeader } from '../../shared/header-line.ts';

/**
 * What a node publishes on the topic of a bus: a batch of messages, which may be empty. Its header says which node sent
 * it and how long each message is; the messages follow.
 */
export interface BusEnvelope {
  /** The id of the sender. */
  readonly node: string;
  readonly messages: readonly Uint8Array[];
  /** Whether it is the last one of its node. */
  readonly isLast: boolean;
}

const version = 1;

/** A single message may be as large as the bus allows; a batch of several is smaller than that. */
const maxBytes = maxBusMessageBytes + 16_384;

export function encodeEnvelope({ node, messages, isLast }: BusEnvelope): Buffer {
  const lengths = messages.map(({ length }) => length);
  return joinHeader({ bus: 'posted', version, node, lengths, isLast }, messages);
}

/** Reads an envelope that anyone may have published, or returns the reason to drop it. */
export function decodeEnvelope(bytes: Uint8Array): BusEnvelope | BusDropReason {
  if (bytes.length > maxBytes) return 'too_large';
  const { header, body } = splitHeader(bytes) ?? {};
  if (header === undefined || body === undefined || header.bus !== 'posted') return 'foreign';
  if (Number(header.version) > version) return 'newer_version';
  const { node, lengths, isLast } = header;
  if (typeof node !== 'string' || !/^[0-9a-f-]{36}$/.test(node) || typeof isLast !== 'boolean')
    return 'foreign';
  const messages = split(body, lengths);
  return messages === undefined ? 'foreign' : { node, messages, isLast };
}

/** The parts of the body, or undefined unless the lengths are those of its parts. */
function split(body: Uint8Array, lengths: unknown): readonly Uint8Array[] | undefined {
  if (!Array.isArray(lengths)) return undefined;
  const messages: Uint8Array[] = [];
  let start = 0;
  for (const length of lengths) {
    if (!Number.isSafeInteger(length) || length < 0) return undefined;
    messages.push(body.subarray(start, start + length));
    start += length;
  }
  return start === body.length ? messages : undefined;
}
