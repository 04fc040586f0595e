import type { ChannelDescriptor, ServerDescriptor } from '../shared/descriptor.ts';
import { invalidOptions } from './client-error.ts';
import { ownValue, textValues } from './named-values.ts';

/** The options that determine a channel's URL. */
export interface ChannelTarget {
  readonly url?: string | URL;
  readonly server?: string;
  readonly variables?: object;
  readonly params?: object;
  readonly query?: object;
}

const schemes: Readonly<Record<string, string>> = {
  'ws:': 'ws:',
  'wss:': 'wss:',
  'http:': 'ws:',
  'https:': 'wss:',
};

/**
 * The URL of a channel: the server's URL, the address with its parameters, and the query. The
 * application's values are checked and percent-encoded (RFC 3986).
 *
 * @throws PostedClientError `invalid_options`
 */
export function channelUrl(channel: ChannelDescriptor, target: ChannelTarget): URL {
  const url = serverUrl(channel, target);
  const given = Object.entries(target.params ?? {}).filter(([, value]) => value !== undefined);
  const parameters = textValues('params', channel.parameters, {
    ...channel.parameterDefaults,
    ...Object.fromEntries(given),
  });
  url.pathname = url.pathname.replace(/\/$/, '') + fillPath(channel.address, 'params', parameters);
  for (const [name, value] of Object.entries(textValues('query', channel.query, target.query))) {
    for (const text of [value].flat()) url.searchParams.append(name, text);
  }
  return url;
}

/** The URL from the application, or that of a server of the contract. */
function serverUrl({ servers }: ChannelDescriptor, { url, server, variables }: ChannelTarget): URL {
  if (url !== undefined) {
    if (server === undefined && variables === undefined) return givenUrl(url);
    throw invalidOptions('`url` replaces `server` and `variables`: do not give both.');
  }
  if (servers.length === 0) throw invalidOptions('`url` is missing, and the contract names no server.');
  const chosen = server === undefined ? servers[0] : servers.find(({ name }) => name === server);
  if (chosen === undefined) {
    throw invalidOptions(`\`server\` must be one of ${servers.map(({ name }) => name).join(', ')}.`);
  }
  return contractUrl(chosen, variables);
}

function givenUrl(given: string | URL): URL {
  const parsed = parseUrl(given);
  const scheme = parsed === null ? undefined : schemes[parsed.protocol];
  if (parsed === null || scheme === undefined) {
    throw invalidOptions('`url` must be a ws, wss, http or https URL.');
  }
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw invalidOptions('`url` must not have a user, query or fragment. Use `auth` and `query`.');
  }
  const url = new URL(parsed);
  url.protocol = scheme;
  return url;
}

function contractUrl(
  { name, protocol, host, pathname, variables }: ServerDescriptor,
  given: object = {},
): URL {
  for (const unknown of Object.keys(given).filter((key) => !Object.hasOwn(variables, key))) {
    throw invalidOptions(`\`variables\`: the server ${name} has no variable ${unknown}.`);
  }
  const values = Object.fromEntries(
    Object.entries(variables).map(([variable, { values: allowed, default: preset }]) => {
      const value: unknown = ownValue({ ...given }, variable) ?? preset;
      if (typeof value === 'string' && (allowed.length === 0 || allowed.includes(value)))
        return [variable, value];
      const expected = allowed.length === 0 ? 'a string' : `one of ${allowed.join(', ')}`;
      throw invalidOptions(`\`variables\`: ${variable} must be ${expected}.`);
    }),
  );
  const filled = host.replaceAll(/\{([^{}]+)\}/g, (_, variable: string) => values[variable] ?? '');
  // These characters end the authority or a user in it, and would lead to another host (RFC 3986 section 3.2).
  const url = /[\s/?#@\\]/.test(filled) ? null : parseUrl(`${protocol}://${filled}`);
  if (url === null) throw invalidOptions(`\`variables\`: they make the host of the server ${name} invalid.`);
  url.pathname = fillPath(pathname, 'variables', values);
  return url;
}

/** Like `URL.parse`, which browsers before 2024 lack. */
function parseUrl(text: string | URL): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Fills in the `{expressions}` of a path, percent-encoded. `option` names the source of the values. */
function fillPath(template: string, option: string, values: Readonly<Record<string, string>>): string {
  // Literal text and names alternate.
  const path = template
    .split(/\{([^{}]+)\}/)
    .map((part, index) => {
      if (index % 2 === 0) return part.split('/').map(encodeURIComponent).join('/');
      const value = values[part] ?? '';
      if (value === '') throw invalidOptions(`\`${option}\`: ${part} is missing or empty.`);
      if (!value.isWellFormed()) throw invalidOptions(`\`${option}\`: ${part} contains a lone surrogate.`);
      return encodeURIComponent(value);
    })
    .join('');
  // URL parsers resolve dot segments, which would lead to another address.
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw invalidOptions(`\`${option}\`: a path segment must not be "." or "..".`);
  }
  return path;
}
