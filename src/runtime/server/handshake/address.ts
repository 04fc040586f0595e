import type { ServerDescriptor } from '../../shared/descriptor.ts';

/** What a path says, by the names of the expressions. */
export interface PathValues {
  /** Of the server's pathname. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the channel's address. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The outcome of holding a path against an address. */
export type AddressMatch = PathValues | 'no match' | 'malformed';

type ServedPath = Pick<ServerDescriptor, 'pathname' | 'variables'>;

const root: ServedPath = { pathname: '', variables: {} };

/** What a path without expressions says. */
const nothing: PathValues = Object.freeze({ variables: noValues(), parameters: noValues() });

function noValues(): Readonly<Record<string, string>> {
  return Object.freeze(Object.create(null));
}

/**
 * Compiles a channel address (AsyncAPI 3.0, Channel Address Expressions), behind the pathname of any
 * of the servers, into a function that takes the raw path of a request target, without its query. The
 * path is cut at its slashes before it is decoded, so that an encoded slash is part of a value and
 * never moves a boundary.
 */
export function compileAddress(
  address: string,
  servers: readonly ServedPath[],
): (path: string) => AddressMatch {
  const served = servers.length === 0 ? [root] : servers;
  const matchers = served.map((server) => compilePath(address, server));
  // Most addresses have no expression: a path that is written like one of them needs no look at its segments.
  const whole = served.map(({ pathname }) => pathname + address);
  const literals = new Set(whole.some((path) => /[{%]/.test(path)) ? [] : whole);
  return (path) => {
    if (literals.has(path)) return nothing;
    const raw = path.split('/');
    let outcome: AddressMatch = 'no match';
    for (const match of matchers) {
      const found = match(raw);
      if (typeof found === 'object') return found;
      if (found === 'malformed') outcome = found;
    }
    return outcome;
  };
}

function compilePath(
  address: string,
  { pathname, variables }: ServedPath,
): (raw: readonly string[]) => AddressMatch {
  // Both begin with a slash, which cuts nothing off the first.
  const prefix = pathname.split('/').map(compileSegment);
  const segments = [...prefix, ...address.split('/').slice(1).map(compileSegment)];
  return (raw) => {
    if (raw.length !== segments.length) return 'no match';
    const values = { variables: Object.create(null), parameters: Object.create(null) };
    for (const [index, segment] of segments.entries()) {
      const text = decodeSegment(raw[index] ?? '');
      if (text === null) return 'malformed';
      const target = index < prefix.length ? values.variables : values.parameters;
      if (!segment(text, target)) return 'no match';
    }
    return isServed(values.variables, variables) ? values : 'no match';
  };
}

function isServed(found: PathValues['variables'], variables: ServedPath['variables']): boolean {
  return Object.entries(found).every(([name, value]) => {
    const values = variables[name]?.values ?? [];
    return values.length === 0 || values.includes(value);
  });
}

type SegmentMatcher = (text: string, values: Record<string, string>) => boolean;

function compileSegment(template: string): SegmentMatcher {
  const names = [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? '');
  if (names.length === 0) return (text) => text === template;
  const literals = template.split(/\{[^{}]+\}/).map((literal) => RegExp.escape(literal));
  const pattern = new RegExp(`^${literals.join('(.+)')}$`, 's');
  return (text, values) => {
    const found = pattern.exec(text);
    if (found === null) return false;
    for (const [index, name] of names.entries()) values[name] = found[index + 1] ?? '';
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

/** The path and the query of a request target in origin form or absolute form (RFC 9112 section 3.2), undecoded. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)?.[0] ?? '';
  const relative = target.slice(origin.length);
  const mark = relative.indexOf('?');
  if (mark === -1) return { path: relative, query: '' };
  return { path: relative.slice(0, mark), query: relative.slice(mark + 1) };
}
