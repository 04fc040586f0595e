import type { HintFormat } from 'posted/log';
import { isHint } from '../../../generated/events/validators.ts';
import { type FeedEvent, isLive } from '../store/event.ts';

const version = 1;

/** Far above the size of any hint. Larger messages are not parsed. */
const maxBytes = 1_048_576;

/** The feed's hints, as docs/events.asyncapi.json describes them. */
export const hintFormat: HintFormat<FeedEvent> = {
  sizeOf(event) {
    if (event.kind !== 'post') return 0;
    return isLive(event) ? event.text.length : null;
  },

  encode: (epoch, node, { headSeq, events }) =>
    Buffer.from(JSON.stringify({ version, epoch, node, headSeq, events })),

  decode(epoch, bytes) {
    const message = bytes.length > maxBytes ? undefined : parse(bytes);
    if (isNewer(message)) return 'newer_version';
    if (!isHint(message)) return 'foreign';
    return message.epoch === epoch ? message : 'other_epoch';
  },
};

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Every version of the format has these two properties. */
function isNewer(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { version: found, epoch } = message as Partial<Record<'version' | 'epoch', unknown>>;
  return Number.isInteger(found) && Number(found) > version && typeof epoch === 'string';
}
