/**
 * Credentials, by kind of security scheme (AsyncAPI 3.0, Security Scheme Object), and how HTTP writes them. Clients and
 * servers share this file; it runs anywhere.
 */

/** A bearer token (RFC 6750), for the schemes `http` `bearer`, `oauth2` and `openIdConnect`. */
export interface BearerCredentials {
  readonly token: string;
  /** The scopes that the contract requires. The security hook decides whether the token grants them. */
  readonly scopes: readonly string[];
}

/** A user name and a password (RFC 7617), for the schemes `http` `basic` and `userPassword`. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** An API key, for the schemes `apiKey` and `httpApiKey`. */
export interface ApiKeyCredentials {
  readonly key: string;
}

export type Credentials = BearerCredentials | BasicCredentials | ApiKeyCredentials;

/** The token of an Authorization header (RFC 6750 section 2.1), or null if the header has no bearer token. */
export function readBearer(authorization: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1] ?? null;
}

/**
 * Parses a `user-pass` (RFC 7617 section 2): the name is everything before the first colon. Returns null if there is no
 * colon or if the text has control characters.
 */
export function parseUserPass(text: string): BasicCredentials | null {
  const colon = text.indexOf(':');
  if (colon === -1 || /\p{Cc}/u.test(text)) return null;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Base64 (RFC 4648 section 4) of the text in UTF-8. */
export function encodeBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** Returns null if the input is not Base64, with or without padding, or not UTF-8. */
export function decodeBase64(base64: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
