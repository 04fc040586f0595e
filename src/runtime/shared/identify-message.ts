/** Which message a JSON value is, and which request it answers. Clients and servers share this file; it runs anywhere. */

import type { MessageDescriptor, MessageTag } from './descriptor.ts';
import { accepts } from './guard.ts';

/**
 * Finds the message that a value is, among `messages`: all JSON messages of one direction. A message is identified by its
 * tag, or else by its probes. If these allow several messages, those with the most probes are tried first, and the guard
 * decides; a single message without a tag needs neither. Only a match by guard means that the value is valid.
 */
export function identifyMessage(
  messages: readonly MessageDescriptor[],
  value: unknown,
): MessageDescriptor | undefined {
  const [first, second] = messages;
  if (second === undefined && first?.tag === undefined) return first;
  if (first?.tag !== undefined) {
    const found = readPath(value, first.tag.path);
    return messages.find(({ tag }) => tag !== undefined && isTag(value, tag, found));
  }
  const possible = messages.filter((message) => hasTags(value, message));
  const [only, another] = possible;
  if (another === undefined && only?.probes !== undefined) return only;
  possible.sort((one, other) => probeCount(other) - probeCount(one));
  const accepted = possible.find(({ guard }) => guard !== undefined && accepts(guard, value));
  const [best, next] = possible;
  return accepted ?? (probeCount(best) > probeCount(next) ? best : undefined);
}

function probeCount(message: MessageDescriptor | undefined): number {
  return message?.probes?.length ?? 0;
}

/** Whether a value has the tag and all probes of a message. */
export function hasTags(value: unknown, { tag, probes = [] }: MessageDescriptor): boolean {
  return (tag === undefined || hasTag(value, tag)) && probes.every((probe) => hasTag(value, probe));
}

/** Where the tag and the probes of a message are, for people to read. */
export function tagPaths({ tag, probes = [] }: MessageDescriptor): string {
  return [tag, ...probes]
    .flatMap((each) => (each === undefined ? [] : `/${each.path.join('/')}`))
    .join(' or ');
}

export function hasTag(value: unknown, tag: MessageTag): boolean {
  return isTag(value, tag, readPath(value, tag.path));
}

function isTag(value: unknown, { values, isOptional }: MessageTag, found: unknown): boolean {
  const known: readonly unknown[] = values;
  // An array is another message, even if it lacks a property of objects.
  return known.includes(found) || (isOptional === true && found === undefined && !Array.isArray(value));
}

/** The value at a path of property names and positions, or undefined if the path does not exist. */
export function readPath(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}

/** Adds the constants of a message to the content that an application writes. Content that is not an object is unchanged. */
export function withConstants({ constants }: MessageDescriptor, content: unknown): unknown {
  const isObject = typeof content === 'object' && content !== null && !Array.isArray(content);
  return isObject && !(content instanceof Uint8Array) ? { ...constants, ...content } : content;
}

/** The correlation id of a message (AsyncAPI 3.0, Correlation ID Object). */
export type CorrelationId = string | number;

/** The correlation id at the path, or undefined if there is none of a type that can be compared and copied. */
export function readCorrelationId(value: unknown, path: readonly string[]): CorrelationId | undefined {
  const id = readPath(value, path);
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

/** How a correlation id is made: text, or a number if the contract requires one. */
export interface NewCorrelationId {
  readonly text: () => string;
  readonly number: () => number;
  /** Whether the contract allows the value. */
  readonly isValid: (value: unknown) => boolean;
}

/** Adds a correlation id at the path to a value without one. */
export function addCorrelationId(
  value: unknown,
  path: readonly string[],
  { text, number, isValid }: NewCorrelationId,
): unknown {
  if (readCorrelationId(value, path) !== undefined) return value;
  const withText = writePath(value, path, text());
  if (isValid(withText)) return withText;
  const withNumber = writePath(value, path, number());
  return isValid(withNumber) ? withNumber : withText;
}

/**
 * Returns a copy of the value with `member` at the path, adding missing objects along the path. If anything along the
 * path is not an object, returns the value unchanged, and its guard reports the problem.
 */
export function writePath(value: unknown, path: readonly string[], member: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return member;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const inner = readPath(value, [name]);
  return { ...value, [name]: writePath(inner === undefined ? {} : inner, rest, member) };
}
