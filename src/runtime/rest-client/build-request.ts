import type { RestOperation } from './rest-contract.ts';
import { RestError } from './rest-error.ts';
import type { RequestWriter, RestRequest } from './rest-request.ts';

export interface BuiltRequest {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: BodyInit | undefined;
  /** Whether it does no harm to send it twice. */
  readonly isRepeatable: boolean;
}

/** RFC 9110 section 9.2.2. */
const idempotentMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'QUERY'];

/** Rejects with RestError `invalid_options`. */
export async function buildRequest(
  base: URL,
  operationId: string,
  operation: RestOperation,
  request: RestRequest,
): Promise<BuiltRequest> {
  const { method, path, idempotencyKey, contentType = 'application/json' } = operation;
  const { params = {}, query = {}, headers: given = {} } = request;
  const writer = isPlain(operation, request)
    ? plainWriter
    : (await import('./request-writer.ts')).requestWriter(operationId, operation);
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/$/, '') + fillPath(operationId, path, params, writer);
  url.search = writer.query(query);
  const headers = new Headers({ Accept: 'application/json, */*;q=0.5' });
  for (const [name, value] of Object.entries(writer.headers(given, request))) {
    try {
      headers.set(name, value);
    } catch (cause) {
      throw new RestError('invalid_options', operationId, `the header ${name} cannot be sent.`, { cause });
    }
  }
  if (idempotencyKey !== undefined && !headers.has(idempotencyKey)) headers.set(idempotencyKey, randomKey());
  const { content, type = contentType } = writer.body(request);
  if (content !== undefined && type !== '') headers.set('Content-Type', type);
  return {
    url,
    headers,
    body: content,
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

/** Whether all values are scalars and lists in the default style, and the body is JSON. */
function isPlain(
  { formats, contentType }: RestOperation,
  { params, query, headers, cookies, contentType: chosen, files }: RestRequest,
): boolean {
  return (
    [formats, cookies, files, chosen].every((one) => one === undefined) &&
    (contentType === undefined || /[/+]json\b/i.test(contentType)) &&
    [params, query, headers].every(
      (values) =>
        !Object.values(values ?? {}).some((value) => Object(value) === value && !Array.isArray(value)),
    )
  );
}

const plainWriter: RequestWriter = {
  // A list gives one entry for each of its items.
  query: (values) =>
    new URLSearchParams(
      Object.entries(values).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).flatMap((one): [string, string][] =>
          one === undefined ? [] : [[name, String(one)]],
        ),
      ),
    ).toString(),
  segment: (_name, value) => encodeURIComponent((value ?? '') as string),
  // A list becomes text with commas.
  headers: (given) =>
    Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]])),
    ),
  // As text, so that every attempt sends the same bytes.
  body: ({ body }) => ({ content: body === undefined ? undefined : JSON.stringify(body) }),
};

function fillPath(operationId: string, template: string, params: object, writer: RequestWriter): string {
  const values = new Map(Object.entries(params));
  const path = template.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    let text: string;
    try {
      text = writer.segment(name, values.get(name));
    } catch (cause) {
      throw new RestError('invalid_options', operationId, `\`params.${name}\` has a lone surrogate.`, {
        cause,
      });
    }
    if (text === '')
      throw new RestError('invalid_options', operationId, `\`params.${name}\` is missing or empty.`);
    return text;
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
