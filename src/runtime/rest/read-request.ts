import type { IncomingHttpHeaders } from 'node:http';
import { PostedError } from '../shared/errors.ts';
import { accepts, explain, type Guard } from '../shared/guard.ts';
import { parseQuery } from '../shared/url-encoding.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { readJsonBody } from './json-body.ts';
import type { OperationDescriptor } from './operation-handlers.ts';
import { type ParameterFormat, parseFormatted, readHeaderValue } from './parameter-format.ts';
import { readBody } from './read-body.ts';
import { readCookies } from './read-cookies.ts';
import { type RoutePath, splitUrl } from './route-path.ts';

export interface RequestTarget {
  readonly url: string;
  /** The canonical path, which matches the operation's path. */
  readonly path: string;
}

/** The parts of a request that its operation has, checked and converted, as its handler gets them. */
interface CheckedRequest {
  readonly pathParameters: object | undefined;
  readonly query: object | undefined;
  readonly headers: object | undefined;
  readonly cookies?: object;
  readonly body?: unknown;
}

const noFormats: Readonly<Record<string, ParameterFormat>> = {};

/**
 * Ignores a query or a body that the contract does not have, because simple clients send empty ones.
 *
 * @throws PostedError `invalid_request`, `unsupported_media_type` or `too_large`
 */
export async function readRequest(
  operation: OperationDescriptor,
  routePath: RoutePath,
  bodyBytes: number,
  incoming: IncomingRequest,
  { url, path }: RequestTarget,
): Promise<CheckedRequest> {
  const { pathParameters, query, headers, headerNames, cookies, body, formats = {}, contents } = operation;
  const { headers: sent } = incoming;
  return {
    pathParameters:
      pathParameters && check(pathParameters, routePath.read(path, splitUrl(url).path, formats.path), 'path'),
    query: query && check(query, queryOf(operation, splitUrl(url).query), 'query'),
    headers: headers && check(headers, readHeaders(headerNames, sent, formats.headers), 'header'),
    ...(cookies && { cookies: check(cookies, cookiesOf(sent.cookie, formats.cookies), 'cookie') }),
    ...(contents === undefined && operation.isBodyOptional !== true
      ? { body: body && check(body, await readJsonBody(incoming, bodyBytes), 'body') }
      : await readBody(operation, incoming, bodyBytes)),
  };
}

/** The query without the keys of security schemes, which are not parameters. */
function queryOf({ formats = {}, schemes = {} }: OperationDescriptor, text: string): Record<string, unknown> {
  const values = formats.query === undefined ? parseQuery(text) : parseFormatted(text, formats.query);
  for (const source of Object.values(schemes)) {
    if (typeof source === 'object' && source.in === 'query') delete values[source.name];
  }
  return values;
}

function readHeaders(
  names: readonly string[],
  headers: IncomingHttpHeaders,
  formats = noFormats,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const key = name.toLowerCase();
    // A header may have the name of a member of Object.prototype.
    if (!Object.hasOwn(headers, key)) continue;
    const format = formats[name];
    values[name] =
      format === undefined ? String(headers[key]) : readHeaderValue(String(headers[key]), format);
  }
  return values;
}

/** Only cookies of the contract: browsers send those of the whole site. */
function cookiesOf(header: string | undefined, formats = noFormats): Record<string, unknown> {
  const all = readCookies(header);
  return Object.fromEntries(
    Object.entries(formats).flatMap(([name, format]) => {
      const text = all[name];
      return text === undefined ? [] : [[name, readHeaderValue(text, format)]];
    }),
  );
}

export function check<Value>(guard: Guard<Value>, value: unknown, subject: string): Value {
  if (accepts(guard, value)) return value;
  throw new PostedError('invalid_request', explain(guard, subject));
}
