import { explain, type Guard } from '../shared/guard.ts';
import { invalidOptions } from './client-error.ts';

/** The value that the application gives for a name of the contract, which may also be a name of `Object.prototype`. */
export function ownValue<Value>(
  values: Readonly<Record<string, Value | undefined>> | undefined,
  name: string,
): Value | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

/**
 * The application's values for parameters, a query or headers as text, checked. Undefined ones are left out. A query may have
 * lists.
 *
 * @throws PostedClientError `invalid_options`
 */
export function textValues(
  option: string,
  guard: Guard<object> | undefined,
  values: object = {},
): Readonly<Record<string, string>> {
  const entries = Object.entries(values).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    // Typed as text, because only a query has lists, and URLs get each of their elements.
    if (option === 'query' && Array.isArray(value)) return [[name, value.map(String) as never]];
    if (typeof value === 'object') {
      throw invalidOptions(`\`${option}\`: ${name} must be a string, number or boolean.`);
    }
    return [[name, String(value)]];
  });
  const texts = Object.fromEntries(entries);
  if (guard === undefined) {
    if (entries.length > 0) throw invalidOptions(`\`${option}\`: the channel has none.`);
  } else if (!guard({ ...texts })) {
    // The guard gets a copy, since it converts the values in place as the server will.
    throw invalidOptions(`\`${option}\`: ${explain(guard)}.`);
  }
  return texts;
}
