import { subprotocol } from '../shared/subprotocol.ts';
import type { PlacedCredential } from './credential.ts';
import type { SocketTarget } from './socket.ts';

/** What one handshake asks for, with the credentials in their places. */
export function handshakeTarget(
  url: URL,
  given: Readonly<Record<string, string>>,
  credentials: readonly PlacedCredential[],
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
  return { url: target, headers, protocols: protocols.length === 0 ? [] : [subprotocol, ...protocols] };
}
