import type { ChannelDescriptor, ServerDescriptor } from '../shared/descriptor.ts';
import { invalidOptions } from './client-error.ts';
import { ownMember } from './own-member.ts';
import { fillPath } from './path-template.ts';

/** How the application says where the server is. */
export interface ServerTarget {
  readonly url?: string | URL;
  readonly server?: string;
  readonly variables?: object;
}

const schemes: Readonly<Record<string, string>> = {
  'ws:': 'ws:',
  'wss:': 'wss:',
  'http:': 'ws:',
  'https:': 'wss:',
};

/**
 * The URL to which a channel's address is appended: the one that the application gives, or that of a
 * server of the contract.
 *
 * @throws PostedClientError `invalid_options`
 */
export function serverUrl({ servers }: ChannelDescriptor, { url, server, variables }: ServerTarget): URL {
  if (url !== undefined) {
    if (server === undefined && variables === undefined) return givenUrl(url);
    throw invalidOptions('url: it takes the place of server and variables. Give one or the other.');
  }
  if (servers.length === 0) throw invalidOptions('url: it is missing, and the contract names no server.');
  const chosen = server === undefined ? servers[0] : servers.find(({ name }) => name === server);
  if (chosen === undefined) {
    throw invalidOptions(`server: the channel has ${servers.map(({ name }) => name).join(', ')}.`);
  }
  return contractUrl(chosen, variables);
}

function givenUrl(given: string | URL): URL {
  const parsed = URL.parse(given);
  const scheme = parsed === null ? undefined : schemes[parsed.protocol];
  if (parsed === null || scheme === undefined) {
    throw invalidOptions('The url is none of ws, wss, http or https.');
  }
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw invalidOptions('The url has a user, a query or a fragment. Use the options credentials and query.');
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
    throw invalidOptions(`variables: the server ${name} has no ${unknown}.`);
  }
  const values = Object.fromEntries(
    Object.entries(variables).map(([variable, { values: allowed, default: preset }]) => {
      const value: unknown = ownMember({ ...given }, variable) ?? preset;
      if (typeof value === 'string' && (allowed.length === 0 || allowed.includes(value)))
        return [variable, value];
      const what = allowed.length === 0 ? 'a text' : `one of ${allowed.join(', ')}`;
      throw invalidOptions(`variables: ${variable} must be ${what}.`);
    }),
  );
  const filled = host.replaceAll(/\{([^{}]+)\}/g, (_, variable: string) => values[variable] ?? '');
  // What ends an authority, or a user in it, would lead to another host than was meant (RFC 3986 section 3.2).
  const url = /[\s/?#@\\]/.test(filled) ? null : URL.parse(`${protocol}://${filled}`);
  if (url === null) throw invalidOptions(`server: the host of ${name} is none, with these variables.`);
  url.pathname = fillPath(pathname, 'variables', values);
  return url;
}
