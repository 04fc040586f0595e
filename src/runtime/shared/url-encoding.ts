import { PostedError } from './errors.ts';

/**
 * Decodes percent-encoding (RFC 3986 section 2.1). As in a JSON body, text that is not UTF-8 is refused, not repaired.
 *
 * @param subject names the text in the error
 * @throws PostedError `invalid_request`
 */
export function decodePercent(encoded: string, subject: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw new PostedError('invalid_request', `${subject} must be percent-encoded UTF-8`, { cause });
  }
}

/**
 * Parses a query (application/x-www-form-urlencoded). A repeated name gets an array, which the guard of a single value
 * refuses.
 *
 * @throws PostedError `invalid_request` if it is not properly encoded
 */
export function parseQuery(query: string): Record<string, string | string[]> {
  // No prototype, so that __proto__ is a name like any other.
  const values: Record<string, string | string[]> = Object.create(null);
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const [, encodedName = '', encodedValue = ''] = /^([^=]*)=?(.*)$/s.exec(pair.replaceAll('+', ' ')) ?? [];
    const name = decodePercent(encodedName, 'query');
    const value = decodePercent(encodedValue, `query /${name.slice(0, 64)}`);
    const before = values[name];
    values[name] = before === undefined ? value : [before, value].flat();
  }
  return values;
}
