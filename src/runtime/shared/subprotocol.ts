/**
 * How a browser, which cannot set headers on a WebSocket, carries credentials: as subprotocols that it
 * offers (RFC 6455 section 1.9). Client and server share this file; it runs anywhere.
 */

import type { BasicCredentials } from './credentials.ts';
import { decodeBase64, encodeBase64, parseUserPass } from './credentials.ts';

/** The subprotocol that the server answers with. It is offered beside the credentials, which are never echoed. */
export const subprotocol = 'posted.v1';

type Kind = 'bearer' | 'basic' | 'apikey';

/** The subprotocol to offer for a bearer token (RFC 6750). */
export function encodeBearerProtocol(token: string): string {
  return encode('bearer', token);
}

/** The subprotocol to offer for a user's name, which holds no colon, and password (RFC 7617). */
export function encodeBasicProtocol({ username, password }: BasicCredentials): string {
  return encode('basic', `${username}:${password}`);
}

/** The subprotocol to offer for an API key that the contract has stand in `header`. */
export function encodeApiKeyProtocol(header: string, key: string): string {
  return encode('apikey', `${header}:${key}`);
}

/** The token among the subprotocols of a Sec-WebSocket-Protocol header; null where there is none, or no base64url. */
export function decodeBearerProtocol(offered: string | undefined): string | null {
  return decode('bearer', offered)[0] ?? null;
}

/** The user's name and password among the subprotocols; null where there are none, or none of RFC 7617. */
export function decodeBasicProtocol(offered: string | undefined): BasicCredentials | null {
  const [userPass] = decode('basic', offered);
  return userPass === undefined ? null : parseUserPass(userPass);
}

/** The API key for `header`, in any case, among the subprotocols; null where there is none. */
export function decodeApiKeyProtocol(offered: string | undefined, header: string): string | null {
  const start = `${header.toLowerCase()}:`;
  const field = decode('apikey', offered).find((text) => text.toLowerCase().startsWith(start));
  return field?.slice(start.length) ?? null;
}

/** In base64url without padding (RFC 4648 section 5), for a subprotocol is a token of RFC 9110. */
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
