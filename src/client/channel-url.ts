import type { ChannelDescriptor } from '../contract/descriptor.ts';
import { explain, type Guard } from '../guard.ts';
import { PostedClientError } from './client-error.ts';

/** The parts of a channel's URL that the application gives. */
export interface ChannelTarget {
  readonly url: string | URL;
  readonly parameters?: object;
  readonly query?: object;
}

const schemes: Readonly<Record<string, string>> = {
  'ws:': 'ws:',
  'wss:': 'wss:',
  'http:': 'ws:',
  'https:': 'wss:',
};

/**
 * The URL of a channel: the path of `url`, the address with its parameters, the query; what came
 * from the application is checked and percent-encoded (RFC 3986).
 *
 * @throws PostedClientError `invalid_options`
 */
export function channelUrl(channel: ChannelDescriptor, target: ChannelTarget): URL {
  const url = serverUrl(target.url);
  const parameters = texts('parameters', channel.parameters, target.parameters);
  const path = url.pathname.replace(/\/$/, '') + fillAddress(channel.address, parameters);
  url.pathname = path;
  // A segment of one or two dots would be taken for a step in the path: another address than was meant.
  if (url.pathname !== path) throw invalid('A parameter of the address is no part of a path.');
  url.search = new URLSearchParams(texts('query', channel.query, target.query)).toString();
  return url;
}

function serverUrl(given: string | URL): URL {
  const parsed = URL.parse(given);
  const scheme = parsed === null ? undefined : schemes[parsed.protocol];
  if (parsed === null || scheme === undefined) {
    throw invalid('The url is none of ws, wss, http or https.');
  }
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw invalid('The url has a user, a query or a fragment. Use the options credentials and query.');
  }
  const url = new URL(parsed);
  url.protocol = scheme;
  return url;
}

/** The values as text, as they stand in a URL. The guard sees a copy, for it converts them as the server will. */
function texts(
  option: string,
  guard: Guard<object> | undefined,
  values: object = {},
): Record<string, string> {
  const entries = Object.entries(values).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (typeof value === 'object') throw invalid(`${option}: ${name} is no text, number or boolean.`);
    return [[name, String(value)]];
  });
  const result = Object.fromEntries(entries);
  if (guard === undefined) {
    if (entries.length > 0) throw invalid(`${option}: the channel has none.`);
  } else if (!guard({ ...result })) {
    throw invalid(`${option}: ${explain(guard)}.`);
  }
  return result;
}

function fillAddress(address: string, parameters: Readonly<Record<string, string>>): string {
  return address.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = parameters[name] ?? '';
    if (value === '') throw invalid(`parameters: ${name} is missing or empty.`);
    if (!value.isWellFormed()) throw invalid(`parameters: ${name} holds half a surrogate pair.`);
    return encodeURIComponent(value);
  });
}

function invalid(message: string): PostedClientError {
  return new PostedClientError('invalid_options', message);
}
