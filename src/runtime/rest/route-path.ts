import { decodePercent } from '../shared/url-encoding.ts';
import { type ParameterFormat, readSegment } from './parameter-format.ts';

/** A path of the contract, compiled for routing and for reading its parameters. */
export interface RoutePath {
  /**
   * The path in Hono's syntax. Parameters are named after their index, so that templates that differ only in the names,
   * which OpenAPI calls identical, have the same pattern.
   */
  readonly pattern: string;
  /**
   * The decoded parameters of a canonical path that matches. `raw` is the same path before that, in which the values of
   * `formats` are still separate from the characters between them.
   *
   * @throws PostedError `invalid_request` if one is not properly encoded
   */
  read(
    path: string,
    raw?: string,
    formats?: Readonly<Record<string, ParameterFormat>>,
  ): Readonly<Record<string, unknown>>;
}

/** A segment of a path that has parameters. */
interface Segment {
  readonly index: number;
  readonly names: readonly string[];
  /** Its literal text between parameters; undefined if it is one parameter. */
  readonly expression: RegExp | undefined;
}

/** Compiles an OpenAPI 3.1 path (Path Templating). Of several parameters in a segment, the first gets the longest value. */
export function compilePath(path: string): RoutePath {
  const segments: Segment[] = [];
  const pattern = path.split('/').map((segment, index) => {
    const names = [...segment.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
    if (names.length === 1 && segment === `{${names[0]}}`) {
      segments.push({ index, names, expression: undefined });
      return `:p${index}`;
    }
    const literals = segment.split(/\{[^{}]+\}/).map((text) => escapeForRouter(canonicalSegment(text)));
    if (names.length > 0) {
      segments.push({ index, names, expression: new RegExp(`^${literals.join('(.+)')}$`, 's') });
    }
    const isPlain = names.length === 0 && !/[:*?{}]/.test(canonicalSegment(segment));
    return isPlain ? canonicalSegment(segment) : `:p${index}{${literals.join('[^/]+')}}`;
  });
  return {
    pattern: pattern.join('/'),
    read(canonical, raw = canonical, formats = {}) {
      const [given, written] = [canonical.split('/'), raw.split('/')];
      return Object.fromEntries(
        segments.flatMap(({ index, names, expression }) => {
          const text = given[index] ?? '';
          const values = expression === undefined ? [text] : (expression.exec(text)?.slice(1) ?? []);
          return names.map((name, position): [string, unknown] => {
            const format = formats[name];
            const value = values[position] ?? '';
            if (format === undefined) return [name, decodePercent(value, `path /${name}`)];
            return [
              name,
              readSegment(expression === undefined ? (written[index] ?? '') : value, name, format),
            ];
          });
        }),
      );
    },
  };
}

/** As a part of a regular expression between the braces of a route. */
function escapeForRouter(text: string): string {
  return Array.from(text, (character) =>
    /[A-Za-z0-9_-]/.test(character)
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ).join('');
}

/**
 * Orders routes: of two segments, literal text comes before text with parameters, and that before a parameter (OpenAPI
 * 3.1, Path Templating), because Hono takes the first route that matches.
 */
export function byPrecedence(one: string, other: string): number {
  const [first, second] = [one, other].map((route) => route.split('/').map(rankOf).join('/'));
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function rankOf(segment: string): string {
  if (!segment.startsWith(':')) return `0${segment}`;
  return `${segment.includes('{') ? 1 : 2}${segment}`;
}

/**
 * The path of a URL in its canonical spelling, for comparison with routes: only `%` and slashes within segments stay
 * encoded, so that `/us%65r` is `/user` (RFC 3986 section 6.2.2) and decoding adds no segments. A segment that is not
 * properly encoded stays as it is and is refused when it is read.
 */
export function canonicalPath(url: string): string {
  const path = splitUrl(url).path;
  return path.includes('%') ? path.split('/').map(canonicalSegment).join('/') : path;
}

function canonicalSegment(segment: string): string {
  try {
    return decodeURIComponent(segment).replace(/[%/]/g, encodeURIComponent);
  } catch {
    return segment;
  }
}

/** Path and query of an absolute http URL, without any decoding. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const [, path = '', query = ''] = /^\w+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  return { path, query };
}
