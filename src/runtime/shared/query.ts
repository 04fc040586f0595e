import { decodeText } from './percent-encoding.ts';

/**
 * A query (application/x-www-form-urlencoded) as an object of strings. A name that stands in it twice
 * has an array, which no guard of a single value accepts.
 *
 * @throws PostedError `invalid_request` where it is not well encoded
 */
export function readQuery(query: string): Record<string, string | string[]> {
  // Without a prototype, so that __proto__ is a name like any other.
  const values: Record<string, string | string[]> = Object.create(null);
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const [, encodedName = '', encodedValue = ''] = /^([^=]*)=?(.*)$/s.exec(pair.replaceAll('+', ' ')) ?? [];
    const name = decodeText(encodedName, 'query');
    const value = decodeText(encodedValue, `query /${name.slice(0, 64)}`);
    const before = values[name];
    values[name] = before === undefined ? value : [before, value].flat();
  }
  return values;
}
