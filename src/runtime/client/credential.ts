import type { BasicCredentials } from '../shared/credentials.ts';
import { encodeBase64 } from '../shared/credentials.ts';
import type { SecurityScheme } from '../shared/descriptor.ts';
import { encodeApiKeyProtocol, encodeBasicProtocol, encodeBearerProtocol } from '../shared/subprotocol.ts';

/** A credential where its security scheme has it stand: in a header, or in the query. */
export interface PlacedCredential {
  readonly header?: readonly [name: string, value: string];
  /** What a browser, which cannot set headers, offers in its place. */
  readonly protocol?: string;
  readonly query?: readonly [name: string, value: string];
  /** What must never be shown. */
  readonly secrets: readonly string[];
}

/** What is sent in a header as a bearer token (RFC 6750 section 2.1). */
const bearerToken = /^[A-Za-z0-9\-._~+/]+=*$/;

/** A field value of visible ASCII, with white space inside only (RFC 9110 section 5.5). */
const fieldValue = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/;

/** RFC 6265 section 4.1.1. */
const cookieValue = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** Null where `value` is none of the scheme's credentials: no header could carry it as it is. */
export function placeCredential(scheme: SecurityScheme, value: unknown): PlacedCredential | null {
  const { in: place, credentials, parameter } = scheme;
  if (credentials === 'basic') return isUserPassword(value) ? placeBasic(value) : null;
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) return null;
  const secrets = [value];
  switch (place) {
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
      return { query: [parameter, value], secrets: [...secrets, ...inUrl(value)] };
    case 'cookie':
      return cookieValue.test(value) ? { header: ['Cookie', `${parameter}=${value}`], secrets } : null;
  }
}

/** The same text for schemes whose credentials take each other's place. */
export function placeOf({ in: place, parameter }: SecurityScheme): string {
  if (place === 'query' || place === 'cookie') return `${place} ${parameter}`;
  return `header ${place === 'header' ? parameter.toLowerCase() : 'authorization'}`;
}

function placeBasic(userPassword: BasicCredentials): PlacedCredential | null {
  const { username, password } = userPassword;
  const text = `${username}:${password}`;
  if (username.includes(':') || /\p{Cc}/u.test(text) || !text.isWellFormed()) return null;
  const encoded = encodeBase64(text);
  // The name alone is a secret where it is a key.
  const secrets = [encoded, password, ...(password === '' ? [username] : [])].filter(
    (secret) => secret !== '',
  );
  return {
    header: ['Authorization', `Basic ${encoded}`],
    protocol: encodeBasicProtocol(userPassword),
    secrets,
  };
}

function isUserPassword(value: unknown): value is BasicCredentials {
  if (typeof value !== 'object' || value === null) return false;
  const { username, password } = value as Readonly<Record<string, unknown>>;
  return typeof username === 'string' && typeof password === 'string';
}

/** How a text may look that has stood in a query: encoded in one of two ways, or half decoded. */
function inUrl(text: string): readonly string[] {
  const formEncoded = new URLSearchParams([['', text]]).toString().slice(1);
  return [formEncoded, encodeURIComponent(text), text.replaceAll(' ', '+')];
}
