import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { invalidOptions } from './client-error.ts';
import type { Platform } from './socket.ts';
import { texts } from './texts.ts';

/** Of latin1, without line breaks: what a header can hold (RFC 9110 section 5.5). */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The headers that the ws binding names, as the application gives them.
 *
 * @throws PostedClientError `invalid_options`
 */
export function handshakeHeaders(
  channel: ChannelDescriptor,
  given: object | undefined,
  { setsHeaders }: Pick<Platform, 'setsHeaders'>,
): Readonly<Record<string, string>> {
  if (!setsHeaders) return refuseHeaders(channel, given);
  const headers = texts('headers', channel.headers, given);
  for (const [name, value] of Object.entries(headers)) {
    if (!fieldValue.test(value)) throw invalidOptions(`headers: ${name} holds what no header can.`);
  }
  return headers;
}

function refuseHeaders({ headers: guard }: ChannelDescriptor, given: object = {}): Record<string, never> {
  const areRequired = guard !== undefined && !guard({});
  if (!areRequired && Object.keys(given).length === 0) return {};
  const why = areRequired ? ', and the contract requires some' : '';
  throw invalidOptions(`headers: a browser cannot set headers of a WebSocket${why}.`);
}
