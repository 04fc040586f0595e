import type { IncomingHttpHeaders } from 'node:http';
import { readBearer } from '../shared/credentials.ts';
import { PostedError } from '../shared/errors.ts';
import { accepts, explain, type Guard } from '../shared/guard.ts';
import { parseQuery } from '../shared/url-encoding.ts';
import { createResponse } from './create-response.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { readJsonBody } from './json-body.ts';
import type { OperationContext } from './operation-context.ts';
import type { OperationDescriptor, SecurityHooks } from './operation-handlers.ts';
import { enforceLimit, type OperationLimits } from './operation-limits.ts';
import { type RoutePath, splitUrl } from './route-path.ts';

/** Counts requests. Every label comes from a closed set, never from a client. */
export interface RestObserver {
  /** `operation` is an operationId of the contract, or 'none' if no operation matched. */
  requestCompleted(operation: string, status: number, seconds: number): void;
  /** A request was refused, or a response was not sent, because it broke the contract. */
  bodyInvalid(operation: string, direction: 'request' | 'response'): void;
}

/** A handler as the runtime sees it: only the operation's guards know the types that it takes. */
export type Handler = (request: never, context: never) => Promise<unknown>;

export interface ServedOperation {
  readonly operation: OperationDescriptor;
  readonly routePath: RoutePath;
  /** The largest body that is read, in bytes. */
  readonly bodyBytes: number;
  readonly handler: Handler;
  readonly security: SecurityHooks;
  readonly limits: OperationLimits;
  readonly observer: RestObserver;
}

export interface RequestTarget {
  readonly url: string;
  /** The canonical path, which matches the operation's path. */
  readonly path: string;
}

/** What the handler gets: the parts of a request that its operation has, as their guards leave them. */
interface CheckedRequest {
  readonly pathParameters: object | undefined;
  readonly query: object | undefined;
  readonly headers: object | undefined;
  readonly body: unknown;
}

/**
 * Checks the limits, the credentials and the request, calls the handler, and checks its response, in this order.
 *
 * @throws PostedError if the request is refused; anything that a handler or a security hook throws
 */
export async function serveOperation(
  served: ServedOperation,
  incoming: IncomingRequest,
  target: RequestTarget,
  context: OperationContext,
): Promise<Response> {
  const { operation, handler, security, observer } = served;
  await enforceLimit(served.limits.perAddress, context.network, undefined);
  if (operation.security.length > 0) {
    context.user = await authenticate(operation.security, security, incoming.headers.authorization);
  }
  await enforceLimit(served.limits.perUser, context.network, context.user);
  let request: CheckedRequest;
  try {
    request = await readRequest(served, incoming, target);
  } catch (thrown) {
    observer.bodyInvalid(operation.operationId, 'request');
    throw thrown;
  }
  // The guards have checked that this is what the handler takes.
  const result = await handler(request as never, context as never);
  try {
    return createResponse(operation, result, context.requestId);
  } catch (thrown) {
    observer.bodyInvalid(operation.operationId, 'response');
    throw thrown;
  }
}

/**
 * Tries the hooks of the schemes in turn until one accepts the token: any one suffices (OpenAPI 3.1, Security
 * Requirement Object).
 */
async function authenticate(
  schemes: readonly string[],
  hooks: SecurityHooks,
  authorization: string | undefined,
): Promise<unknown> {
  const token = readBearer(authorization);
  if (token === null) throw missingToken();
  let refusal: PostedError | null = null;
  for (const scheme of schemes) {
    const hook = hooks[scheme];
    if (hook === undefined) continue;
    try {
      return await hook({ token });
    } catch (thrown) {
      refusal = PostedError.from(thrown);
      if (refusal.code !== 'unauthorized') throw refusal;
    }
  }
  throw refusal ?? missingToken();
}

function missingToken(): PostedError {
  return new PostedError(
    'unauthorized',
    'A bearer token is missing. Send it as Authorization: Bearer <token>.',
  );
}

/** Ignores a query or a body that the contract does not have, because simple clients send empty ones. */
async function readRequest(
  { operation, routePath, bodyBytes }: ServedOperation,
  incoming: IncomingRequest,
  { url, path }: RequestTarget,
): Promise<CheckedRequest> {
  const { pathParameters, query, headers, headerNames, body } = operation;
  return {
    pathParameters: pathParameters && check(pathParameters, routePath.read(path), 'path'),
    query: query && check(query, parseQuery(splitUrl(url).query), 'query'),
    headers: headers && check(headers, readHeaders(headerNames, incoming.headers), 'header'),
    body: body && check(body, await readJsonBody(incoming, bodyBytes), 'body'),
  };
}

function readHeaders(names: readonly string[], headers: IncomingHttpHeaders): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const key = name.toLowerCase();
    // A header may have the name of a member of Object.prototype.
    if (Object.hasOwn(headers, key)) values[name] = String(headers[key]);
  }
  return values;
}

function check<Value>(guard: Guard<Value>, value: unknown, subject: string): Value {
  if (accepts(guard, value)) return value;
  throw new PostedError('invalid_request', explain(guard, subject));
}
