import { explain, type Guard } from '../shared/guard.ts';
import { invalidOptions } from './client-error.ts';

/**
 * What the application gives by name, as the text that is sent, checked; without what is undefined.
 *
 * @throws PostedClientError `invalid_options`
 */
export function texts(
  option: string,
  guard: Guard<object> | undefined,
  values: object = {},
): Readonly<Record<string, string>> {
  const entries = Object.entries(values).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (typeof value === 'object') throw invalidOptions(`${option}: ${name} is no text, number or boolean.`);
    return [[name, String(value)]];
  });
  const result = Object.fromEntries(entries);
  if (guard === undefined) {
    if (entries.length > 0) throw invalidOptions(`${option}: the channel has none.`);
  } else if (!guard({ ...result })) {
    // A copy, for the guard converts the values as the server will.
    throw invalidOptions(`${option}: ${explain(guard)}.`);
  }
  return result;
}
