import { isHint } from '../../generated/events/validators.ts';
import type { DropReason, Hint } from './broker.ts';
import type { News } from './outgoing.ts';

const version = 1;

/** Far above what is sent, and not worth parsing. */
const maxBytes = 1_048_576;

/** The message of docs/events.asyncapi.json. `node` is the server that says it. */
export function encodeHint(epoch: string, node: string, { headSeq, events }: News): Buffer {
  return Buffer.from(JSON.stringify({ version, epoch, node, headSeq, events }));
}

/** Reads a message as a stranger may have sent it: a hint with its sender, or why it is none for this epoch. */
export function decodeHint(
  epoch: string,
  bytes: Uint8Array,
): (Hint & { readonly node: string }) | DropReason {
  const message = bytes.length > maxBytes ? undefined : parse(bytes);
  if (isNewer(message)) return 'newer_version';
  if (!isHint(message)) return 'foreign';
  return message.epoch === epoch ? message : 'other_epoch';
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Every version keeps these two. */
function isNewer(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { version: found, epoch } = message as Partial<Record<'version' | 'epoch', unknown>>;
  return Number.isInteger(found) && Number(found) > version && typeof epoch === 'string';
}
