import type { MessageDescriptor } from '../shared/descriptor.ts';
import { type CorrelationId, readCorrelationId, writeCorrelationId } from '../shared/identify-message.ts';
import { findProblem } from './messages.ts';

/**
 * A question with a correlation id: its own, else a UUID, or `spare` where the contract wants a number.
 * As it is where the contract has no place for one.
 */
export function identify(descriptor: MessageDescriptor, message: unknown, spare: number): unknown {
  const { correlationId: path } = descriptor;
  if (path === undefined || readCorrelationId(message, path) !== undefined) return message;
  const withText = writeCorrelationId(message, path, randomUuid());
  if (findProblem(descriptor, withText) === null) return withText;
  const withNumber = writeCorrelationId(message, path, spare);
  return findProblem(descriptor, withNumber) === null ? withNumber : withText;
}

/** Undefined where there is none. */
export function idOf(descriptor: MessageDescriptor | undefined, message: unknown): CorrelationId | undefined {
  return descriptor?.correlationId && readCorrelationId(message, descriptor.correlationId);
}

/** An answer with the correlation id of its question. */
export function answerTo(
  id: CorrelationId | undefined,
  descriptor: MessageDescriptor | undefined,
  message: unknown,
): unknown {
  if (id === undefined || descriptor?.correlationId === undefined) return message;
  return writeCorrelationId(message, descriptor.correlationId, id);
}

/** RFC 9562 section 5.4. `crypto.randomUUID` is not there in pages that came over HTTP. */
function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
