/** The correlation id of a message (AsyncAPI 3.0, Correlation ID Object). Client and server share this file; it runs anywhere. */
import { readPath } from './identify-message.ts';

export type CorrelationId = string | number;

/** Undefined where the value has none at the path; only text and numbers can be told apart and written again. */
export function readCorrelationId(value: unknown, path: readonly string[]): CorrelationId | undefined {
  const id = readPath(value, path);
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

/**
 * A copy of the value with the id at the path; objects on the way are made where they are missing.
 * The value itself where it is no object, or holds something else on the way: its guard will say so.
 */
export function writeCorrelationId(value: unknown, path: readonly string[], id: CorrelationId): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return id;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const inner = readPath(value, [name]);
  return { ...value, [name]: writeCorrelationId(inner === undefined ? {} : inner, rest, id) };
}
