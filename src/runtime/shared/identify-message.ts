/** Which message a JSON value is. Client and server share this file; it runs anywhere. */

import type { MessageDescriptor, MessageTag } from './descriptor.ts';
import { accepts } from './guard.ts';

/**
 * Finds which of `messages`, all those with JSON of one direction, a value is: by its tag; without
 * tags by the guards, in order; where there is but one, that one. What is found by its tag, or because
 * there are no others, is not checked yet.
 */
export function tellMessage(
  messages: readonly MessageDescriptor[],
  value: unknown,
): MessageDescriptor | undefined {
  const [first, second] = messages;
  if (second === undefined && first?.tag === undefined) return first;
  return messages.find(({ tag, guard }) =>
    tag === undefined ? guard !== undefined && accepts(guard, value) : hasTag(value, tag),
  );
}

export function hasTag(value: unknown, { path, values }: MessageTag): boolean {
  const known: readonly unknown[] = values;
  return known.includes(readPath(value, path));
}

/** What stands at the end of a path of property names; undefined where there is nothing. */
export function readPath(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}
