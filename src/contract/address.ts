/** The outcome of holding a path against an address: its parameters, or why there are none. */
export type AddressMatch = Readonly<Record<string, string>> | 'no match' | 'malformed';

/**
 * Compiles a channel address (AsyncAPI 3.0, Channel Address Expressions) into a function that takes
 * the raw path of a request target, without its query. The path is cut at its slashes before it is
 * decoded, so that an encoded slash is part of a parameter's value and never moves a boundary.
 */
export function compileAddress(address: string): (path: string) => AddressMatch {
  const segments = address.split('/').map(compileSegment);
  return (path) => {
    const raw = path.split('/');
    if (raw.length !== segments.length) return 'no match';
    const parameters: Record<string, string> = Object.create(null);
    for (const [index, segment] of segments.entries()) {
      const text = decodeSegment(raw[index] ?? '');
      if (text === null) return 'malformed';
      if (!segment(text, parameters)) return 'no match';
    }
    return parameters;
  };
}

type SegmentMatcher = (text: string, parameters: Record<string, string>) => boolean;

function compileSegment(template: string): SegmentMatcher {
  const names = [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? '');
  if (names.length === 0) return (text) => text === template;
  const literals = template.split(/\{[^{}]+\}/).map((literal) => RegExp.escape(literal));
  const pattern = new RegExp(`^${literals.join('(.+)')}$`, 's');
  return (text, parameters) => {
    const values = pattern.exec(text);
    if (values === null) return false;
    for (const [index, name] of names.entries()) parameters[name] = values[index + 1] ?? '';
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
