import { decodePercent } from '../shared/url-encoding.ts';

/** A path of the contract, ready to be routed on and read. */
export interface PathTemplate {
  /**
   * The path in Hono's syntax, with each parameter named by its place: templates that OpenAPI calls
   * identical, because only the names differ, have the same pattern.
   */
  readonly pattern: string;
  /**
   * The decoded parameters of a canonical path that matches.
   *
   * @throws PostedError `invalid_request` where one is not well encoded
   */
  read(path: string): Readonly<Record<string, string>>;
}

/**
 * Compiles an OpenAPI 3.1 path (Path Templating).
 *
 * @throws Error where an expression is not a whole segment, or a literal means something to the router
 */
export function compilePath(path: string): PathTemplate {
  const parameters: (readonly [name: string, index: number])[] = [];
  const pattern = path.split('/').map((segment, index) => {
    const name = /^\{([^{}]+)\}$/.exec(segment)?.[1];
    if (name !== undefined) {
      parameters.push([name, index]);
      return `:p${index}`;
    }
    const literal = canonicalSegment(segment);
    if (/[:*?{}]/.test(literal)) throw new Error(`The path ${path} cannot be routed: mend "${segment}".`);
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
 * The path of a URL in the one spelling that routes are compared in: only `%` and an encoded slash stay
 * encoded, so that `/us%65r` is `/user` (RFC 3986 section 6.2.2) and no decoding moves a boundary. A
 * segment that is not well encoded stays as it is, to be refused when it is read.
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

/** Path and query of an absolute http URL, both as they were sent. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const [, path = '', query = ''] = /^\w+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  return { path, query };
}
