import type {
  ApiKeyCredentials,
  BasicCredentials,
  BearerCredentials,
  Credentials,
} from '../../shared/credentials.ts';
import { decodeBase64, parseUserPass, readBearer } from '../../shared/credentials.ts';
import type { SecurityScheme } from '../../shared/descriptor.ts';
import { decodeApiKeyProtocol, decodeBasicProtocol, decodeBearerProtocol } from '../../shared/subprotocol.ts';
import type { UpgradeRequest } from './upgrade-request.ts';

/** Undefined if the credentials are absent, null if they are malformed. */
type Found<Value> = Value | null | undefined;

/**
 * Reads the credentials of a scheme from where the contract defines them. A header takes precedence over the
 * subprotocols, which browsers use because they cannot set headers.
 *
 * @throws Refusal `query` if the scheme's key is in the query, and the query is not valid percent-encoded UTF-8
 */
export function readCredentials(scheme: SecurityScheme, request: UpgradeRequest): Found<Credentials> {
  switch (scheme.in) {
    case 'authorization':
      return scheme.credentials === 'basic' ? readBasic(request) : readToken(request, scheme.scopes);
    case 'user':
    case 'password': {
      const basic = readBasic(request);
      return basic && toApiKey(scheme.in === 'user' ? basic.username : basic.password);
    }
    case 'header':
      return toApiKey(readHeaderKey(request, scheme.parameter));
    case 'query':
      return toApiKey(single([request.query()[scheme.parameter] ?? []].flat()));
    case 'cookie':
      return toApiKey(readCookie(joined(request, 'cookie', '; '), scheme.parameter));
  }
}

function readToken(request: UpgradeRequest, scopes: readonly string[]): Found<BearerCredentials> {
  const token = readAuthorization(request, 'bearer', readBearer, decodeBearerProtocol);
  return typeof token === 'string' ? { token, scopes } : token;
}

function readBasic(request: UpgradeRequest): Found<BasicCredentials> {
  return readAuthorization(request, 'basic', parseBasic, decodeBasicProtocol);
}

/** A header of another authentication scheme (RFC 9110 section 11.4) counts as absent. */
function readAuthorization<Value>(
  request: UpgradeRequest,
  scheme: string,
  parse: (header: string) => Value | null,
  decodeProtocol: (offered: string | undefined) => Value | null,
): Found<Value> {
  const header = single(request.header('authorization'));
  if (header === undefined) return decodeProtocol(offeredProtocols(request)) ?? undefined;
  if (header === null) return null;
  return header.split(' ', 1)[0]?.toLowerCase() === scheme ? parse(header) : undefined;
}

function parseBasic(header: string): BasicCredentials | null {
  const userPass = decodeBase64(header.replace(/^\S+ */, '').trimEnd());
  return userPass === null ? null : parseUserPass(userPass);
}

function readHeaderKey(request: UpgradeRequest, name: string): Found<string> {
  const key = single(request.header(name));
  return key === undefined ? (decodeApiKeyProtocol(offeredProtocols(request), name) ?? undefined) : key;
}

function offeredProtocols(request: UpgradeRequest): string | undefined {
  return joined(request, 'sec-websocket-protocol', ',');
}

function joined(request: UpgradeRequest, name: string, separator: string): string | undefined {
  const values = request.header(name);
  return values.length === 0 ? undefined : values.join(separator);
}

/** A value that occurs more than once is ambiguous and therefore malformed. */
function single(values: readonly string[]): Found<string> {
  if (values.length > 1) return null;
  const [value] = values;
  return value === '' ? undefined : value;
}

/** Visible ASCII without quotes, commas, semicolons and backslashes, optionally quoted (RFC 6265 section 4.1.1). */
const cookieValue = /^"?([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)"?$/;

/** Finds the first cookie of a name, which is case-sensitive, in a Cookie header (RFC 6265 section 4.2). */
function readCookie(header: string | undefined, name: string): Found<string> {
  for (const pair of header?.split(';') ?? []) {
    const [ownName = '', ...rest] = pair.split('=');
    if (ownName.trim() !== name) continue;
    return cookieValue.exec(rest.join('=').trim())?.[1] ?? null;
  }
  return undefined;
}

function toApiKey(key: Found<string>): Found<ApiKeyCredentials> {
  if (key === '') return undefined;
  return typeof key === 'string' ? { key } : key;
}
