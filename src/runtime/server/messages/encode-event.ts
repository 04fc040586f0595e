import type { ResumeDescriptor } from '../../shared/descriptor.ts';
import { payloadOf } from '../connection/frame.ts';
import type { EncodedFrame } from './encode.ts';

/**
 * The message as a server-sent event, whose id is its cursor. It is encoded when the first stream needs it, and written to
 * any number of them. A `bye` also tells when to connect again, as EventSource understands it.
 */
export function eventOf(encoded: EncodedFrame, resume: ResumeDescriptor): Buffer {
  encoded.event ??= encodeEvent(encoded, resume);
  return encoded.event;
}

function encodeEvent({ frame, message }: EncodedFrame, { cursor, bye }: ResumeDescriptor): Buffer {
  // JSON has no line breaks outside of strings, and none in them.
  const text = payloadOf(frame).toString();
  const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const id = typeof value[cursor] === 'string' ? `id: ${value[cursor]}\n` : '';
  const retry = message === bye ? `retry: ${Number(value.retryAfterMs)}\n` : '';
  return Buffer.from(`${id}${retry}data: ${text}\n\n`);
}
