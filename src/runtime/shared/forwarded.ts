/** What one proxy reports of the request that it received (RFC 7239 section 5). */
export interface ForwardedElement {
  /** The node that made the request to the proxy, such as `192.0.2.60` or `[2001:db8::1]:4711`. */
  readonly for?: string | undefined;
  /** The header Host of that request. */
  readonly host?: string | undefined;
}

/**
 * Reads the header Forwarded (RFC 7239 section 4), whose first element is of the proxy nearest to the client. What is
 * wrong in an element is left out of it, so that the others keep their places.
 */
export function parseForwarded(header: string): readonly ForwardedElement[] {
  return splitUnquoted(header, ',')
    .filter((element) => element.trim() !== '')
    .map((element) => {
      const pairs = new Map<string, string>();
      for (const pair of splitUnquoted(element, ';')) {
        const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)=(.*?)\s*$/s.exec(pair) ?? [];
        pairs.set(name.toLowerCase(), unquoted(value));
      }
      return { for: pairs.get('for'), host: pairs.get('host') };
    });
}

/** Splits at the separator, but not within a quoted string. */
function splitUnquoted(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\' && isQuoted) index += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** The text of a token or a quoted string (RFC 9110 section 5.6.4). */
function unquoted(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(.)/gs, '$1');
}
