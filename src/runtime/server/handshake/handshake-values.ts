import type { ChannelDescriptor } from '../../shared/descriptor.ts';
import { explain, type Guard } from '../../shared/guard.ts';
import type { HandshakeRequest } from './handshake-request.ts';
import { refusal } from './refusal.ts';

/** What a handshake says in words of the contract, as `accept` is given it. */
export interface HandshakeValues {
  readonly parameters: object;
  readonly query: object;
  readonly headers: object;
}

/**
 * Makes the function that checks and converts what the path, the query and the headers say. What the
 * channel has no schema for must not be there; headers that its ws binding does not name are no
 * concern of it, nor are the query's parameters that carry keys.
 *
 * The function throws Refusal.
 */
export function createReadValues(
  channel: ChannelDescriptor,
): (parameters: object, request: HandshakeRequest) => HandshakeValues {
  const schemes = [channel, ...channel.operations].flatMap(({ security }) => security);
  const keys = new Set(schemes.filter((scheme) => scheme.in === 'query').map(({ parameter }) => parameter));

  return (parameters, request) => ({
    parameters: check('parameters', 'the path', channel.parameters, parameters),
    query: check('query', 'the query', channel.query, without(keys, request.query())),
    headers: check('headers', 'the headers', channel.headers, pickHeaders(channel.headerNames, request)),
  });
}

function check(
  reason: 'parameters' | 'query' | 'headers',
  place: string,
  guard: Guard<object> | undefined,
  values: object,
): object {
  if (guard === undefined) {
    const [name] = Object.keys(values);
    if (name === undefined) return values;
    throw refusal(reason, 'invalid_request', `${place} of this channel takes nothing.`);
  }
  if (guard(values)) return values;
  throw refusal(reason, 'invalid_request', explain(guard, place));
}

function without(names: ReadonlySet<string>, values: object): object {
  if (names.size === 0) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}

/** By the names that the contract has for them, in its case. */
function pickHeaders(names: readonly string[], request: HandshakeRequest): object {
  const values: Record<string, string> = Object.create(null);
  for (const name of names) {
    const [value, ...others] = request.header(name);
    if (others.length > 0) {
      throw refusal('headers', 'invalid_request', `the headers /${name} must be there only once`);
    }
    if (value !== undefined) values[name] = value;
  }
  return values;
}
