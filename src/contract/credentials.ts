import { readBearer } from '../bearer.ts';
import { decodeBase64 } from './base64.ts';
import { parseUserPass } from './basic.ts';
import { readCookie } from './cookie.ts';
import type { SecurityScheme } from './descriptor.ts';
import type { ApiKeyCredentials, BasicCredentials, BearerCredentials } from './handlers.ts';
import { decodeApiKeyProtocol, decodeBasicProtocol, decodeBearerProtocol } from './subprotocol.ts';

export type Credentials = BearerCredentials | BasicCredentials | ApiKeyCredentials;

/** The parts of a handshake's request in which credentials can stand. */
export interface HandshakeRequest {
  /** Every header with all its values, by name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** @throws Refusal `query` where it is not well encoded */
  query(): Readonly<Record<string, string | readonly string[]>>;
}

/** Undefined where there are none, null where what stands there is not well formed. */
type Found<Value> = Value | null | undefined;

/**
 * Reads what a scheme asks for from where the contract has it stand. A header wins over the
 * subprotocols, which browsers use because they cannot set headers.
 *
 * @throws Refusal `query` where the key is in the query, and that is not well encoded
 */
export function readCredentials(scheme: SecurityScheme, request: HandshakeRequest): Found<Credentials> {
  const { headers } = request;
  switch (scheme.in) {
    case 'authorization':
      return scheme.credentials === 'basic' ? readBasic(headers) : readToken(headers, scheme.scopes);
    case 'user':
    case 'password': {
      const basic = readBasic(headers);
      return basic && asKey(scheme.in === 'user' ? basic.username : basic.password);
    }
    case 'header':
      return asKey(readHeaderKey(headers, scheme.parameter));
    case 'query':
      return asKey(single([request.query()[scheme.parameter] ?? []].flat()));
    case 'cookie':
      return asKey(readCookie(headers.cookie?.join('; '), scheme.parameter));
  }
}

type Headers = HandshakeRequest['headers'];

function readToken(headers: Headers, scopes: readonly string[]): Found<BearerCredentials> {
  const token = readAuthorization(headers, 'bearer', readBearer, decodeBearerProtocol);
  return typeof token === 'string' ? { token, scopes } : token;
}

function readBasic(headers: Headers): Found<BasicCredentials> {
  return readAuthorization(headers, 'basic', parseBasic, decodeBasicProtocol);
}

/** Undefined too where the header is of another authentication scheme (RFC 9110 section 11.4). */
function readAuthorization<Value>(
  headers: Headers,
  scheme: string,
  parse: (header: string) => Value | null,
  decodeProtocol: (offered: string | undefined) => Value | null,
): Found<Value> {
  const header = single(headers.authorization);
  if (header === undefined) return decodeProtocol(offeredIn(headers)) ?? undefined;
  if (header === null) return null;
  return header.split(' ', 1)[0]?.toLowerCase() === scheme ? parse(header) : undefined;
}

function parseBasic(header: string): BasicCredentials | null {
  const userPass = decodeBase64(header.replace(/^\S+ */, '').trimEnd());
  return userPass === null ? null : parseUserPass(userPass);
}

function readHeaderKey(headers: Headers, name: string): Found<string> {
  const key = single(headers[name.toLowerCase()]);
  return key === undefined ? (decodeApiKeyProtocol(offeredIn(headers), name) ?? undefined) : key;
}

function offeredIn(headers: Headers): string | undefined {
  return headers['sec-websocket-protocol']?.join(',');
}

/** What stands twice could be read in two ways: it is not well formed. */
function single([value, ...others]: readonly string[] = []): Found<string> {
  if (others.length > 0) return null;
  return value === '' ? undefined : value;
}

function asKey(key: Found<string>): Found<ApiKeyCredentials> {
  if (key === '') return undefined;
  return typeof key === 'string' ? { key } : key;
}
