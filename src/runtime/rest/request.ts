import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PostedError } from '../shared/errors.ts';
import { accepts, explain, type Guard } from '../shared/guard.ts';
import { parseQuery } from '../shared/url-encoding.ts';
import { readJsonBody } from './body.ts';
import type { OperationDescriptor } from './operation.ts';
import { type PathTemplate, splitUrl } from './path.ts';

/** What a handler is given: the places that its operation has, each as its guard left it. */
export interface CheckedRequest {
  readonly pathParameters: object | undefined;
  readonly query: object | undefined;
  readonly headers: object | undefined;
  readonly body: unknown;
}

export interface RequestTarget {
  readonly url: string;
  /** The canonical path that the operation's template was matched with. */
  readonly path: string;
}

export interface RequestReader {
  readonly operation: OperationDescriptor;
  readonly template: PathTemplate;
  /** The largest body that is read, in bytes. */
  readonly bodyBytes: number;
}

/**
 * Reads what the contract has of a request, and nothing else: a query or a body that it does not
 * mention is left alone, because clients send empty ones without being asked.
 *
 * @throws PostedError that says which place breaks the contract and how
 */
export async function readRequest(
  { operation, template, bodyBytes }: RequestReader,
  incoming: IncomingMessage,
  { url, path }: RequestTarget,
): Promise<CheckedRequest> {
  const { pathParameters, query, headers, headerNames, body } = operation;
  return {
    pathParameters: pathParameters && check(pathParameters, template.read(path), 'path'),
    query: query && check(query, parseQuery(splitUrl(url).query), 'query'),
    headers: headers && check(headers, readHeaders(headerNames, incoming.headers), 'header'),
    body: body && check(body, await readJsonBody(incoming, bodyBytes), 'body'),
  };
}

function readHeaders(names: readonly string[], headers: IncomingHttpHeaders): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const key = name.toLowerCase();
    // A header may be called like a member of Object.prototype.
    if (Object.hasOwn(headers, key)) values[name] = String(headers[key]);
  }
  return values;
}

function check<Value>(guard: Guard<Value>, value: unknown, place: string): Value {
  if (accepts(guard, value)) return value;
  throw new PostedError('invalid_request', explain(guard, place));
}
