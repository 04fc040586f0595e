import type {
  ApiKeyCredentials,
  BasicCredentials,
  BearerCredentials,
  Credentials,
} from '../../shared/credentials.ts';
import { decodeBase64, parseUserPass, readBearer } from '../../shared/credentials.ts';
import type { SecurityScheme } from '../../shared/descriptor.ts';
import { decodeApiKeyProtocol, decodeBasicProtocol, decodeBearerProtocol } from '../../shared/subprotocol.ts';
import { readCookie } from './cookie.ts';
import type { HandshakeRequest } from './handshake-request.ts';

/** Undefined where there are none, null where what stands there is not well formed. */
type Found<Value> = Value | null | undefined;

/**
 * Reads what a scheme asks for from where the contract has it stand. A header wins over the
 * subprotocols, which browsers use because they cannot set headers.
 *
 * @throws Refusal `query` where the key is in the query, and that is not well encoded
 */
export function readCredentials(scheme: SecurityScheme, request: HandshakeRequest): Found<Credentials> {
  switch (scheme.in) {
    case 'authorization':
      return scheme.credentials === 'basic' ? readBasic(request) : readToken(request, scheme.scopes);
    case 'user':
    case 'password': {
      const basic = readBasic(request);
      return basic && asKey(scheme.in === 'user' ? basic.username : basic.password);
    }
    case 'header':
      return asKey(readHeaderKey(request, scheme.parameter));
    case 'query':
      return asKey(single([request.query()[scheme.parameter] ?? []].flat()));
    case 'cookie':
      return asKey(readCookie(joined(request, 'cookie', '; '), scheme.parameter));
  }
}

function readToken(request: HandshakeRequest, scopes: readonly string[]): Found<BearerCredentials> {
  const token = readAuthorization(request, 'bearer', readBearer, decodeBearerProtocol);
  return typeof token === 'string' ? { token, scopes } : token;
}

function readBasic(request: HandshakeRequest): Found<BasicCredentials> {
  return readAuthorization(request, 'basic', parseBasic, decodeBasicProtocol);
}

/** Undefined too where the header is of another authentication scheme (RFC 9110 section 11.4). */
function readAuthorization<Value>(
  request: HandshakeRequest,
  scheme: string,
  parse: (header: string) => Value | null,
  decodeProtocol: (offered: string | undefined) => Value | null,
): Found<Value> {
  const header = single(request.header('authorization'));
  if (header === undefined) return decodeProtocol(offeredIn(request)) ?? undefined;
  if (header === null) return null;
  return header.split(' ', 1)[0]?.toLowerCase() === scheme ? parse(header) : undefined;
}

function parseBasic(header: string): BasicCredentials | null {
  const userPass = decodeBase64(header.replace(/^\S+ */, '').trimEnd());
  return userPass === null ? null : parseUserPass(userPass);
}

function readHeaderKey(request: HandshakeRequest, name: string): Found<string> {
  const key = single(request.header(name));
  return key === undefined ? (decodeApiKeyProtocol(offeredIn(request), name) ?? undefined) : key;
}

function offeredIn(request: HandshakeRequest): string | undefined {
  return joined(request, 'sec-websocket-protocol', ',');
}

function joined(request: HandshakeRequest, name: string, separator: string): string | undefined {
  const values = request.header(name);
  return values.length === 0 ? undefined : values.join(separator);
}

/** What stands twice could be read in two ways: it is not well formed. */
function single(values: readonly string[]): Found<string> {
  if (values.length > 1) return null;
  const [value] = values;
  return value === '' ? undefined : value;
}

function asKey(key: Found<string>): Found<ApiKeyCredentials> {
  if (key === '') return undefined;
  return typeof key === 'string' ? { key } : key;
}
