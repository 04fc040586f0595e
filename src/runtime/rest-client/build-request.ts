import type { RestOperation } from './rest-contract.ts';
import { RestError } from './rest-error.ts';

/** What a call passes to an operation. Generated types say which parts it has. */
export interface RestRequest {
  readonly params?: object;
  readonly query?: object;
  readonly headers?: object;
  readonly body?: unknown;
}

export interface BuiltRequest {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string | undefined;
  /** Whether it does no harm to send it twice. */
  readonly isRepeatable: boolean;
}

/** RFC 9110 section 9.2.2. */
const idempotentMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

/** @throws RestError `invalid_options` */
export function buildRequest(
  base: URL,
  operationId: string,
  { method, path, idempotencyKey, contentType = 'application/json' }: RestOperation,
  { params = {}, query = {}, headers: given = {}, body }: RestRequest,
): BuiltRequest {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/$/, '') + fillPath(operationId, path, params);
  url.search = new URLSearchParams(textValues(query)).toString();
  const headers = new Headers({ Accept: 'application/json, */*;q=0.5' });
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    try {
      // A list becomes text with commas.
      headers.set(name, String(value));
    } catch (cause) {
      throw new RestError('invalid_options', operationId, `the header ${name} cannot be sent.`, { cause });
    }
  }
  if (idempotencyKey !== undefined && !headers.has(idempotencyKey)) headers.set(idempotencyKey, randomKey());
  if (body !== undefined) headers.set('Content-Type', contentType);
  return {
    url,
    headers,
    // As text, so that every attempt sends the same bytes.
    body: body === undefined ? undefined : JSON.stringify(body),
    isRepeatable: idempotencyKey !== undefined || idempotentMethods.includes(method),
  };
}

/** The server's URL, from the application or the contract. */
export function baseUrl(given: string | URL | undefined): URL {
  let url: URL | undefined;
  try {
    url = new URL(given ?? '');
  } catch {}
  if (url === undefined || !/^(?:http|ws)s?:$/.test(url.protocol)) {
    throw new RestError('invalid_options', '', '`url` must be an http, https, ws or wss URL.');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new RestError('invalid_options', '', '`url` must not have a user, query or fragment. Use `auth`.');
  }
  url.protocol = url.protocol.replace('ws', 'http');
  return url;
}

/** The values as text; a list gives one entry for each of its items. Absent values are left out. */
function textValues(values: object): [name: string, value: string][] {
  return Object.entries(values).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one): [string, string][] =>
      one === undefined ? [] : [[name, String(one)]],
    ),
  );
}

function fillPath(operationId: string, template: string, params: object): string {
  const values = new Map(Object.entries(params));
  const path = template.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = String(values.get(name) ?? '');
    if (value === '')
      throw new RestError('invalid_options', operationId, `\`params.${name}\` is missing or empty.`);
    try {
      return encodeURIComponent(value);
    } catch (cause) {
      throw new RestError('invalid_options', operationId, `\`params.${name}\` has a lone surrogate.`, {
        cause,
      });
    }
  });
  // URL parsers resolve dot segments, which would lead to another operation.
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new RestError('invalid_options', operationId, '`params`: a segment must not be "." or "..".');
  }
  return path;
}

/** A UUID (RFC 9562 version 4). `crypto.randomUUID` exists only in secure contexts. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
