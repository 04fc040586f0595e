import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PostedError } from '../../shared/errors.ts';
import { parseQuery } from '../../shared/url-encoding.ts';
import { Refusal, refusal } from './refusal.ts';

type Query = Readonly<Record<string, string | readonly string[]>>;

/** The headers and the query of a request for a connection, read only when the contract needs them. */
export class UpgradeRequest {
  readonly #rawHeaders: readonly string[];
  readonly #rawQuery: string;
  readonly #adapt: (query: Query) => Query;
  #query: Query | null = null;

  /** `adapt` makes of the query what a WebSocket's would be. */
  constructor(
    { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
    rawQuery: string,
    adapt: (query: Query) => Query = (query) => query,
  ) {
    this.#rawHeaders = rawHeaders;
    this.#rawQuery = rawQuery;
    this.#adapt = adapt;
  }

  /** Returns every value of a header, in the order received. Scanning is cheap because few headers are ever read. */
  header(name: string): readonly string[] {
    return valuesOf(this.#rawHeaders, name.toLowerCase());
  }

  /** @throws Refusal `query` if the query is not valid percent-encoded UTF-8 */
  query(): Query {
    this.#query ??= this.#adapt(decodeQuery(this.#rawQuery));
    return this.#query;
  }
}

function valuesOf(rawHeaders: readonly string[], lowerName: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]];
    // Most names are told apart by their length, without a copy.
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) values.push(value);
  }
  return values;
}

function decodeQuery(query: string): Record<string, string | string[]> {
  try {
    return parseQuery(query);
  } catch (thrown) {
    throw new Refusal('query', PostedError.from(thrown));
  }
}

/**
 * Checks a request against RFC 6455 section 4.2.1.
 *
 * @throws Refusal
 */
export function checkUpgrade({ method, headers, rawHeaders, httpVersion }: IncomingMessage): void {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    throw refusal('not_a_websocket', 'invalid_request', 'The Upgrade header must be "websocket".');
  }
  if (method !== 'GET') {
    throw refusal('method', 'method_not_allowed', 'A WebSocket handshake must be a GET request.', {
      Allow: 'GET',
    });
  }
  if (httpVersion === '1.0') {
    throw refusal('bad_handshake', 'invalid_request', 'A WebSocket handshake must use HTTP/1.1.');
  }
  // A proxy may have decided by one of two headers, while an origin is compared with the other (RFC 9112 section 3.2).
  if (valuesOf(rawHeaders, 'host').length !== 1) {
    throw refusal('bad_handshake', 'invalid_request', 'A WebSocket handshake must have one Host header.');
  }
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    throw refusal('bad_handshake', 'invalid_request', 'Sec-WebSocket-Key must be 16 bytes in Base64.');
  }
  if (headers['sec-websocket-version'] !== '13') {
    throw new Refusal(
      'bad_handshake',
      new PostedError('invalid_request', 'Sec-WebSocket-Version must be 13.'),
      { status: 426, headers: { 'Sec-WebSocket-Version': '13' } },
    );
  }
  checkSubprotocols(headers);
}

/** Checks RFC 6455 section 11.3.4 before ws does, so that the client gets the same kind of error as for other mistakes. */
function checkSubprotocols(headers: IncomingHttpHeaders): void {
  const offered = headers['sec-websocket-protocol'];
  if (offered === undefined) return;
  const names = offered.split(',').map((name) => name.trim());
  const areTokens = names.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name));
  if (areTokens && new Set(names).size === names.length) return;
  throw refusal(
    'bad_handshake',
    'invalid_request',
    'Sec-WebSocket-Protocol must be a list of distinct subprotocol names.',
  );
}
