import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { fillPath } from './path-template.ts';
import { type ServerTarget, serverUrl } from './server-url.ts';
import { texts } from './texts.ts';

/** The parts of a channel's URL that the application gives. */
export interface ChannelTarget extends ServerTarget {
  readonly parameters?: object;
  readonly query?: object;
}

/**
 * The URL of a channel: the path of the server, the address with its parameters, the query; what came
 * from the application is checked and percent-encoded (RFC 3986).
 *
 * @throws PostedClientError `invalid_options`
 */
export function channelUrl(channel: ChannelDescriptor, target: ChannelTarget): URL {
  const url = serverUrl(channel, target);
  const given = Object.entries(target.parameters ?? {}).filter(([, value]) => value !== undefined);
  const parameters = texts('parameters', channel.parameters, {
    ...channel.parameterDefaults,
    ...Object.fromEntries(given),
  });
  url.pathname = url.pathname.replace(/\/$/, '') + fillPath(channel.address, 'parameters', parameters);
  url.search = new URLSearchParams(texts('query', channel.query, target.query)).toString();
  return url;
}
