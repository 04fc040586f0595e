import { type BasicCredentials, encodeBase64 } from '../shared/credentials.ts';
import type { SecurityScheme } from '../shared/descriptor.ts';
import type { SentCredential } from '../shared/redact.ts';
import { encodeApiKeyProtocol, encodeBasicProtocol, encodeBearerProtocol } from '../shared/subprotocol.ts';

/** A credential in the header or query parameter that its security scheme specifies. */
export interface PlacedCredential extends SentCredential {
  /** The subprotocol that replaces the header in browsers, which cannot set headers. */
  readonly protocol?: string;
}

/** A bearer token in a header (RFC 6750 section 2.1). */
const bearerToken = /^[A-Za-z0-9\-._~+/]+=*$/;

/** A field value of visible ASCII, with white space only inside (RFC 9110 section 5.5). */
const fieldValue = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/;

/** A cookie value (RFC 6265 section 4.1.1). */
const cookieValue = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** Null if `value` is not a credential of the scheme that can be sent unchanged. */
export function placeCredential(scheme: SecurityScheme, value: unknown): PlacedCredential | null {
  const { in: location, credentials, parameter } = scheme;
  if (credentials === 'basic') return isBasicCredentials(value) ? placeBasic(value) : null;
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) return null;
  const secrets = [value];
  switch (location) {
    case 'authorization':
      if (!bearerToken.test(value)) return null;
      return { header: ['Authorization', `Bearer ${value}`], protocol: encodeBearerProtocol(value), secrets };
    case 'user':
      return placeBasic({ username: value, password: '' });
    case 'password':
      return placeBasic({ username: '', password: value });
    case 'header':
      if (!fieldValue.test(value)) return null;
      return { header: [parameter, value], protocol: encodeApiKeyProtocol(parameter, value), secrets };
    case 'query':
      return { query: [parameter, value], secrets: [...secrets, ...urlForms(value)] };
    case 'cookie':
      return cookieValue.test(value) ? { header: ['Cookie', `${parameter}=${value}`], secrets } : null;
  }
}

/** The header, query parameter or cookie of a scheme. Of the schemes with the same location, only one can be used. */
export function locationOf({ in: location, parameter }: SecurityScheme): string {
  if (location === 'query') return `query parameter ${parameter}`;
  if (location === 'cookie') return `cookie ${parameter}`;
  return `header ${location === 'header' ? parameter.toLowerCase() : 'authorization'}`;
}

function placeBasic(credentials: BasicCredentials): PlacedCredential | null {
  const { username, password } = credentials;
  const text = `${username}:${password}`;
  if (username.includes(':') || /\p{Cc}/u.test(text) || !text.isWellFormed()) return null;
  const encoded = encodeBase64(text);
  // A user name without a password is an API key.
  const secrets = [encoded, password, ...(password === '' ? [username] : [])].filter(
    (secret) => secret !== '',
  );
  return {
    header: ['Authorization', `Basic ${encoded}`],
    protocol: encodeBasicProtocol(credentials),
    secrets,
  };
}

function isBasicCredentials(value: unknown): value is BasicCredentials {
  if (typeof value !== 'object' || value === null) return false;
  const { username, password } = value as Readonly<Record<string, unknown>>;
  return typeof username === 'string' && typeof password === 'string';
}

/** How a query parameter may appear in someone's text: encoded in one of two ways, or partly decoded. */
function urlForms(text: string): readonly string[] {
  const formEncoded = new URLSearchParams([['', text]]).toString().slice(1);
  return [formEncoded, encodeURIComponent(text), text.replaceAll(' ', '+')];
}
