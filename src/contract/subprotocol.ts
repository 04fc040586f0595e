/**
 * How a browser, which cannot set headers on a WebSocket, carries a bearer token: as one of the
 * subprotocols that it offers (RFC 6455 section 1.9). Client and server share this file; it runs anywhere.
 */

/** The subprotocol that the server answers with. It is offered beside the token, which is never echoed. */
export const subprotocol = 'posted.v1';

const prefix = 'base64url.bearer.posted.';

/** The subprotocol to offer for a token: base64url (RFC 4648 section 5), without padding. The token is ASCII (RFC 6750). */
export function encodeBearerProtocol(token: string): string {
  const base64url = btoa(token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return prefix + base64url;
}

/** The token among the subprotocols of a Sec-WebSocket-Protocol header; null where there is none, or no base64url. */
export function decodeBearerProtocol(offered: string | undefined): string | null {
  const name = offered?.split(',').find((candidate) => candidate.trim().startsWith(prefix));
  const base64url = name?.trim().slice(prefix.length) ?? '';
  if (!/^[A-Za-z0-9_-]+$/.test(base64url)) return null;
  try {
    return atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return null;
  }
}
