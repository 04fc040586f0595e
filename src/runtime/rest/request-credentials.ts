import type { IncomingHttpHeaders } from 'node:http';
import { type Credentials, decodeBase64, parseUserPass, readBearer } from '../shared/credentials.ts';
import { parseQuery } from '../shared/url-encoding.ts';
import type { CredentialSource } from './operation-handlers.ts';
import { readCookies } from './read-cookies.ts';
import { splitUrl } from './route-path.ts';

/** The parts of a request that credentials are in. */
export interface CredentialRequest {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  /** Whether a cookie identifies the sender: no page of another site has sent it along. */
  readonly trustsCookies: () => boolean;
}

/** The credentials of a scheme; null if the request has none in the right form. */
export function readCredentials(
  source: CredentialSource,
  { headers, url, trustsCookies }: CredentialRequest,
  scopes: readonly string[],
): Credentials | null {
  if (source === 'bearer') {
    const token = readBearer(headers.authorization);
    return token === null ? null : { token, scopes };
  }
  if (source === 'basic') return readBasic(headers.authorization);
  const key = readKey(source, headers, url, trustsCookies);
  return typeof key === 'string' && key !== '' ? { key } : null;
}

function readBasic(authorization: string | undefined): Credentials | null {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization ?? '')?.[1];
  const userPass = encoded === undefined ? null : decodeBase64(encoded);
  return userPass === null ? null : parseUserPass(userPass);
}

function readKey(
  { in: location, name }: Exclude<CredentialSource, string>,
  headers: IncomingHttpHeaders,
  url: string,
  trustsCookies: () => boolean,
): unknown {
  if (location === 'header') return headers[name.toLowerCase()];
  // A name that occurs twice gives a list, which is ambiguous.
  if (location === 'query') return parseQuery(splitUrl(url).query)[name];
  return trustsCookies() ? readCookies(headers.cookie)[name] : undefined;
}
