import { decodePercent } from '../shared/url-encoding.ts';

/** A path of the contract, compiled for routing and for reading its parameters. */
export interface RoutePath {
  /**
   * The path in Hono's syntax. Parameters are named after their index, so that templates that differ only in the names,
   * which OpenAPI calls identical, have the same pattern.
   */
  readonly pattern: string;
  /**
   * The decoded parameters of a canonical path that matches.
   *
   * @throws PostedError `invalid_request` if one is not properly encoded
   */
  read(path: string): Readonly<Record<string, string>>;
}

/**
 * Compiles an OpenAPI 3.1 path (Path Templating).
 *
 * @throws Error if an expression is not a whole segment, or a literal has a meaning in the router's syntax
 */
export function compilePath(path: string): RoutePath {
  const parameters: (readonly [name: string, index: number])[] = [];
  const pattern = path.split('/').map((segment, index) => {
    const name = /^\{([^{}]+)\}$/.exec(segment)?.[1];
    if (name !== undefined) {
      parameters.push([name, index]);
      return `:p${index}`;
    }
    const literal = canonicalSegment(segment);
    if (/[:*?{}]/.test(literal)) {
      throw new Error(`The path ${path} cannot be routed: "${segment}" must not contain any of : * ? { }`);
    }
    return literal;
  });
  return {
    pattern: pattern.join('/'),
    read(canonical) {
      const segments = canonical.split('/');
      return Object.fromEntries(
        parameters.map(([name, index]) => [name, decodePercent(segments[index] ?? '', `path /${name}`)]),
      );
    },
  };
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
