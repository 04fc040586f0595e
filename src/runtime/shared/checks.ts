/**
 * The validators of generated clients, from functions for the keywords of JSON Schema: a page loads only those that its
 * contract uses. They accept exactly what Ajv accepts. This module runs anywhere.
 */
import type { Guard, GuardError } from './guard.ts';

/** Returns why a value is refused. `path` is the JSON Pointer (RFC 6901) of the value. */
export type Check = (value: unknown, path: string) => GuardError | undefined;

export type JsonType = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';

export function guardOf<Value>(check: Check): Guard<Value> {
  const guard: Guard<Value> = (value): value is Value => {
    const error = check(value, '');
    guard.errors = error === undefined ? null : [error];
    return error === undefined;
  };
  return guard;
}

/** A check that applies one condition. `rule` completes the sentence that begins with "must". */
function that(isAllowed: (value: unknown) => boolean, rule: string): Check {
  return (value, instancePath) => (isAllowed(value) ? undefined : { instancePath, message: `must ${rule}` });
}

export function all(...checks: readonly Check[]): Check {
  return (value, path) => {
    for (const check of checks) {
      const error = check(value, path);
      if (error !== undefined) return error;
    }
    return undefined;
  };
}

export function anyOf(...checks: readonly Check[]): Check {
  return that(
    (value) => checks.some((check) => check(value, '') === undefined),
    'match one of its alternatives',
  );
}

export function oneOf(...checks: readonly Check[]): Check {
  return that(
    (value) => checks.filter((check) => check(value, '') === undefined).length === 1,
    'match exactly one of its alternatives',
  );
}

export function type(...types: readonly JsonType[]): Check {
  return that((value) => types.some((each) => typeOf(value, each) === each), `be ${types.join(' or ')}`);
}

/** One of several scalar values. */
export function equal(...values: readonly unknown[]): Check {
  return that(
    (value) => values.includes(value),
    `be ${values.map((each) => JSON.stringify(each)).join(' or ')}`,
  );
}

/** For strings. */
export function pattern(expression: RegExp): Check {
  return that((value) => typeof value !== 'string' || expression.test(value), `match ${expression.source}`);
}

/** For strings: the number of characters, not of UTF-16 code units. */
export function length(least: number, most = Number.POSITIVE_INFINITY): Check {
  return that(
    (value) => typeof value !== 'string' || isWithin(Array.from(value).length, least, most),
    `have ${least} to ${most} characters`,
  );
}

/** For numbers. */
export function range(least: number, most = Number.POSITIVE_INFINITY): Check {
  return that((value) => !isNumber(value) || isWithin(value, least, most), `be ${least} to ${most}`);
}

export function array(check: Check, least = 0, most = Number.POSITIVE_INFINITY): Check {
  const size = that(
    (value) => Array.isArray(value) && isWithin(value.length, least, most),
    `be an array of ${least} to ${most} items`,
  );
  const item: Check = (value, path) =>
    first((value as readonly unknown[]).entries(), ([index, each]) => check(each, `${path}/${index}`));
  return all(size, item);
}

type Members = Readonly<Record<string, Check>>;

/** An object: the members that must be there, those that may be, and whether others may not be. */
export function object(required: Members, optional: Members = {}, isClosed = false): Check {
  const isKnown = (name: string) => Object.hasOwn(required, name) || Object.hasOwn(optional, name);
  return all(
    type('object'),
    members(required, optional),
    that((value) => !isClosed || Object.keys(Object(value)).every(isKnown), 'not have other members'),
  );
}

/** For objects. */
export function members(required: Members, optional: Members = {}): Check {
  const known = Object.entries({ ...required, ...optional });
  return ifObject((value, path) =>
    first(known, ([name, check]) => {
      if (has(value, name)) return check(Object(value)[name], `${path}/${escapePointer(name)}`);
      return Object.hasOwn(required, name) ? missing(name, path) : undefined;
    }),
  );
}

/** For objects: the members that others need. */
export function dependent(needed: Readonly<Record<string, readonly string[]>>): Check {
  const pairs = Object.entries(needed).flatMap(([name, others]) =>
    others.map((other) => [name, other] as const),
  );
  return ifObject((value, path) =>
    first(pairs, ([name, other]) =>
      has(value, name) && !has(value, other) ? missing(other, path) : undefined,
    ),
  );
}

/** One check or another, depending on a third. */
export function when(condition: Check, then: Check, otherwise: Check): Check {
  return (value, path) => (condition(value, path) === undefined ? then : otherwise)(value, path);
}

function ifObject(check: Check): Check {
  return (value, path) => (typeOf(value, 'object') === 'object' ? check(value, path) : undefined);
}

function has(value: unknown, name: string): boolean {
  return Object.hasOwn(Object(value), name) && Object(value)[name] !== undefined;
}

function missing(name: string, instancePath: string): GuardError {
  return { instancePath, message: `must have required property '${name}'` };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

const decimals: Partial<Record<JsonType, RegExp>> = {
  integer: /^(?!-0+$)-?[0-9]+$/,
  number: /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/,
  boolean: /^(?:true|false)$/,
};

/** For a number or boolean written as text: checks the notation, then the value. */
export function text(written: 'boolean' | 'integer' | 'number', check: Check): Check {
  return all(
    that((value) => decimals[written]?.test(String(value)) === true, `be ${written}`),
    (value, path) => check(written === 'boolean' ? value === 'true' : Number(value), path),
  );
}

/** The type of a value that has several: `wanted` if that is one of them. */
function typeOf(value: unknown, wanted: JsonType): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'number') return typeof value;
  if (!isNumber(value)) return '';
  return wanted === 'integer' && Number.isInteger(value) ? wanted : 'number';
}

/** JSON can write numbers that become infinite, such as 1e999. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function first<Item>(
  each: Iterable<Item>,
  check: (item: Item) => GuardError | undefined,
): GuardError | undefined {
  for (const item of each) {
    const error = check(item);
    if (error !== undefined) return error;
  }
  return undefined;
}
