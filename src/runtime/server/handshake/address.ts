import type { ServerDescriptor } from '../../shared/descriptor.ts';

/** The values of a path, by the names of the expressions that they match. */
export interface PathValues {
  /** From the server's pathname. */
  readonly variables: Readonly<Record<string, string>>;
  /** From the channel's address. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The result of matching a path; it is malformed if it is not percent-encoded UTF-8. */
export type AddressMatch = PathValues | 'no match' | 'malformed';

type ServedPath = Pick<ServerDescriptor, 'pathname' | 'variables'>;

const root: ServedPath = { pathname: '', variables: {} };

/** Shared by all paths without expressions. */
const noPathValues: PathValues = Object.freeze({ variables: noValues(), parameters: noValues() });

function noValues(): Readonly<Record<string, string>> {
  return Object.freeze(Object.create(null));
}

/**
 * Compiles a channel address (AsyncAPI 3.0, Channel Address Expressions), prefixed with the pathname of any of the
 * servers, into a function that matches the raw path of a request target, without its query. The path is split at
 * slashes before it is decoded, so an encoded slash is part of a value and never a separator.
 */
export function compileAddress(
  address: string,
  servers: readonly ServedPath[],
): (path: string) => AddressMatch {
  const served = servers.length === 0 ? [root] : servers;
  // A root below a pathname is also the pathname itself: people write both.
  const isRoot = address === '/';
  const matchers = served.flatMap((server) =>
    isRoot && server.pathname !== ''
      ? [compilePath(address, server), compilePath('', server)]
      : [compilePath(address, server)],
  );
  // Most addresses have no expression, so most paths can be compared as they are.
  const addresses = served.flatMap(({ pathname }) => [
    pathname + address,
    ...(isRoot && pathname !== '' ? [pathname] : []),
  ]);
  const literals = new Set(addresses.some((path) => /[{%]/.test(path)) ? [] : addresses);
  return (path) => {
    if (literals.has(path)) return noPathValues;
    const rawSegments = path.split('/');
    let outcome: AddressMatch = 'no match';
    for (const match of matchers) {
      const result = match(rawSegments);
      if (typeof result === 'object') return result;
      if (result === 'malformed') outcome = result;
    }
    return outcome;
  };
}

function compilePath(
  address: string,
  { pathname, variables }: ServedPath,
): (rawSegments: readonly string[]) => AddressMatch {
  // Both begin with a slash, so their first segment is empty.
  const prefix = pathname.split('/').map(compileSegment);
  const segments = [...prefix, ...address.split('/').slice(1).map(compileSegment)];
  return (rawSegments) => {
    if (rawSegments.length !== segments.length) return 'no match';
    const values = { variables: Object.create(null), parameters: Object.create(null) };
    for (const [index, segment] of segments.entries()) {
      const text = decodeSegment(rawSegments[index] ?? '');
      if (text === null) return 'malformed';
      const target = index < prefix.length ? values.variables : values.parameters;
      if (!segment(text, target)) return 'no match';
    }
    return areAllowed(values.variables, variables) ? values : 'no match';
  };
}

function areAllowed(values: PathValues['variables'], variables: ServedPath['variables']): boolean {
  return Object.entries(values).every(([name, value]) => {
    const allowed = variables[name]?.values ?? [];
    return allowed.length === 0 || allowed.includes(value);
  });
}

type SegmentMatcher = (text: string, values: Record<string, string>) => boolean;

/**
 * Text between two expressions may occur several times in a segment. The earliest expression then gets the longest
 * value, and so on: `/{name}.{type}` splits `/a.b.pdf` into `a.b` and `pdf`. Literals are searched for from the end,
 * which finds that split in time linear in the length of the path: a regular expression tries all splits.
 */
function compileSegment(template: string): SegmentMatcher {
  const names = [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? '');
  const [prefix = '', ...literals] = template.split(/\{[^{}]+\}/);
  if (literals.length === 0) return (text) => text === template;
  const suffix = literals.pop() ?? '';
  const expressions = names
    .map((name, index) => ({ name, before: literals[index - 1] ?? prefix }))
    .toReversed();
  return (text, values) => {
    if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
    let end = text.length - suffix.length;
    for (const [index, { name, before }] of expressions.entries()) {
      const isFirst = index === expressions.length - 1;
      // A value has at least one character.
      const last = end - 1 - before.length;
      const start = isFirst || last < 0 ? 0 : text.lastIndexOf(before, last);
      if (last < 0 || start < 0) return false;
      values[name] = text.slice(start + before.length, end);
      end = start;
    }
    return true;
  };
}

function decodeSegment(raw: string): string | null {
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}

/** Splits a request target in origin form or absolute form (RFC 9112 section 3.2) into its path and query, undecoded. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)?.[0] ?? '';
  const relative = target.slice(origin.length);
  const mark = relative.indexOf('?');
  if (mark === -1) return { path: relative, query: '' };
  return { path: relative.slice(0, mark), query: relative.slice(mark + 1) };
}
