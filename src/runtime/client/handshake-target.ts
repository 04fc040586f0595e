import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { refusalSubprotocol } from '../shared/readable-refusal.ts';
import { subprotocol } from '../shared/subprotocol.ts';
import { invalidOptions } from './client-error.ts';
import { textValues } from './named-values.ts';
import type { PlacedCredential } from './placed-credential.ts';
import type { Platform, SocketTarget } from './platform.ts';

/** A header value: latin1 without line breaks (RFC 9110 section 5.5). */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The application's values for the headers that the ws binding names.
 *
 * @throws PostedClientError `invalid_options`
 */
export function handshakeHeaders(
  channel: ChannelDescriptor,
  given: object | undefined,
  { setsHeaders }: Pick<Platform, 'setsHeaders'>,
): Readonly<Record<string, string>> {
  if (!setsHeaders) return rejectHeaders(channel, given);
  const headers = textValues('headers', channel.headers, given);
  for (const [name, value] of Object.entries(headers)) {
    if (!fieldValue.test(value)) {
      throw invalidOptions(`\`headers\`: ${name} contains characters that a header cannot carry.`);
    }
  }
  return headers;
}

function rejectHeaders({ headers: guard }: ChannelDescriptor, given: object = {}): Record<string, never> {
  const areRequired = guard !== undefined && !guard({});
  if (!areRequired && Object.keys(given).length === 0) return {};
  const why = areRequired ? ', and the contract requires some' : '';
  throw invalidOptions(`\`headers\`: browsers cannot set the headers of a WebSocket${why}.`);
}

/**
 * The URL, headers and subprotocols of one handshake, credentials included. A browser ends a connection whose server
 * selects none of its subprotocols, as servers other than Posted's may. So a client that offers no credentials offers
 * subprotocols only if it `asksForReason`.
 */
export function handshakeTarget(
  url: URL,
  given: Readonly<Record<string, string>>,
  credentials: readonly PlacedCredential[],
  asksForReason: boolean,
): Pick<SocketTarget, 'url' | 'headers' | 'protocols'> {
  const target = new URL(url);
  const headers: Record<string, string> = { ...given };
  for (const { query, header } of credentials) {
    if (query !== undefined) target.searchParams.set(...query);
    if (header === undefined) continue;
    const [name, value] = header;
    // All cookies share one field (RFC 6265 section 5.4).
    const before = name === 'Cookie' && headers[name] !== undefined ? `${headers[name]}; ` : '';
    headers[name] = before + value;
  }
  const protocols = credentials.flatMap(({ protocol }) => protocol ?? []);
  const offersNone = protocols.length === 0 && !asksForReason;
  return {
    url: target,
    headers,
    protocols: offersNone ? [] : [subprotocol, ...protocols, refusalSubprotocol],
  };
}
