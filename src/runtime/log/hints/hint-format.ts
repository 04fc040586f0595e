import { isMessage, type LogEvent } from '../event.ts';
import type { HintFormat } from './broker.ts';

const version = 2;

/** Far above the size of any hint. Larger messages are not parsed. */
const maxBytes = 1_048_576;

/** The hints of a log, as docs/events.asyncapi.json describes them. */
export const hintFormat: HintFormat<LogEvent> = {
  sizeOf(event) {
    // Of an unknown event, this version cannot write all fields.
    if (event.kind === 'unknown') return null;
    if (event.kind === 'revoke') return event.topic.length + event.payload.length;
    if (!isMessage(event)) return event.topic.length + event.user.length;
    return JSON.stringify(event.also).length + (event.payload?.length ?? 0) + (event.entity?.length ?? 0);
  },

  encode: (epoch, node, { headSeq, events }) =>
    Buffer.from(JSON.stringify({ version, epoch, node, headSeq, events })),

  decode(epoch, bytes) {
    const message = bytes.length > maxBytes ? null : parse(bytes);
    if (message === null) return 'foreign';
    if (isInteger(message.version) && message.version > version && isText(message.epoch))
      return 'newer_version';
    if (!isHint(message)) return 'foreign';
    return message.epoch === epoch ? message : 'other_epoch';
  },
};

interface HintMessage {
  readonly version: typeof version;
  readonly epoch: string;
  readonly node: string;
  readonly headSeq: number;
  readonly events: readonly LogEvent[];
}

type Fields = Readonly<Record<string, unknown>>;

function parse(bytes: Uint8Array): Fields | null {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    );
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function isHint(message: Fields): message is Fields & HintMessage {
  return (
    message.version === version &&
    isText(message.epoch) &&
    isText(message.node) &&
    isInteger(message.headSeq) &&
    Array.isArray(message.events) &&
    message.events.every((event: unknown) => isFields(event) && isEvent(event))
  );
}

/** Newer nodes may add fields. */
function isEvent(event: Fields): boolean {
  if (!isInteger(event.seq) || !isInteger(event.mark) || !isInteger(event.createdAtMs)) return false;
  if (!isText(event.topic)) return false;
  switch (event.kind) {
    case 'join':
    case 'leave':
      return isText(event.user);
    case 'revoke':
      return isText(event.payload);
    case 'message':
    case 'redact':
    case 'revise':
      return (
        Array.isArray(event.also) &&
        event.also.every(isText) &&
        [event.channel, event.message, event.entity, event.payload, event.revises].every(isTextOrNull)
      );
    default:
      return false;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}
