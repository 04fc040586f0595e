/**
 * How browsers, which cannot set headers on a WebSocket, send credentials: as subprotocols that they offer (RFC 6455
 * section 1.9). Clients and servers share this file; it runs anywhere.
 */

import type { BasicCredentials } from './credentials.ts';
import { decodeBase64, encodeBase64, parseUserPass } from './credentials.ts';

/** The subprotocol that the server selects. It is offered along with the credentials, which are never echoed. */
export const subprotocol = 'posted.v1';

type Kind = 'bearer' | 'basic' | 'apikey';

/** The subprotocol to offer for a bearer token (RFC 6750). */
export function encodeBearerProtocol(token: string): string {
  return encode('bearer', token);
}

/** The subprotocol to offer for a user name, without a colon, and a password (RFC 7617). */
export function encodeBasicProtocol({ username, password }: BasicCredentials): string {
  return encode('basic', `${username}:${password}`);
}

/** The subprotocol to offer for an API key that the contract expects in `header`. */
export function encodeApiKeyProtocol(header: string, key: string): string {
  return encode('apikey', `${header}:${key}`);
}

/** The token in a Sec-WebSocket-Protocol header, or null if there is none or it is not base64url. */
export function decodeBearerProtocol(offered: string | undefined): string | null {
  return decode('bearer', offered)[0] ?? null;
}

/** The user name and password in a Sec-WebSocket-Protocol header, or null if there are none that RFC 7617 allows. */
export function decodeBasicProtocol(offered: string | undefined): BasicCredentials | null {
  const [userPass] = decode('basic', offered);
  return userPass === undefined ? null : parseUserPass(userPass);
}

/** The API key in a Sec-WebSocket-Protocol header for the case-insensitive `header`, or null if there is none. */
export function decodeApiKeyProtocol(offered: string | undefined, header: string): string | null {
  const start = `${header.toLowerCase()}:`;
  const field = decode('apikey', offered).find((text) => text.toLowerCase().startsWith(start));
  return field?.slice(start.length) ?? null;
}

/** Uses base64url without padding (RFC 4648 section 5), because a subprotocol must be a token (RFC 9110). */
function encode(kind: Kind, text: string): string {
  const base64url = encodeBase64(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return prefixOf(kind) + base64url;
}

function decode(kind: Kind, offered = ''): readonly string[] {
  const prefix = prefixOf(kind);
  return offered.split(',').flatMap((candidate) => {
    const name = candidate.trim();
    const base64url = name.slice(prefix.length);
    if (!name.startsWith(prefix) || !/^[A-Za-z0-9_-]+$/.test(base64url)) return [];
    return decodeBase64(base64url.replaceAll('-', '+').replaceAll('_', '/')) ?? [];
  });
}

function prefixOf(kind: Kind): string {
  return `base64url.${kind}.posted.`;
}
