import type { Context } from 'hono';
import { accepts, explain } from '../shared/guard.ts';
import type { RequestContext } from './context.ts';
import type { RestEnv } from './env.ts';
import type { SecurityHooks } from './handlers.ts';
import type { RestObserver } from './observer.ts';
import type { OperationDescriptor } from './operation.ts';
import { commonHeaders } from './refusal.ts';
import { type CheckedRequest, type RequestReader, readRequest } from './request.ts';
import { authenticate } from './security.ts';

/** A handler as the runtime sees it: what it takes is known to its operation's guards alone. */
export type Handler = (request: never, context: never) => Promise<unknown>;

export interface ServedOperation extends RequestReader {
  readonly handler: Handler;
  readonly security: SecurityHooks;
  readonly observer: RestObserver;
}

/** Credentials, then the request, then the handler, then the response: each is checked before the next. */
export async function serveOperation(
  served: ServedOperation,
  { req, env }: Context<RestEnv>,
  requestId: string,
): Promise<Response> {
  const { operation, handler, security, observer } = served;
  const { incoming } = env;
  const context: RequestContext & { user?: unknown } = { requestId };
  if (operation.security.length > 0) {
    context.user = await authenticate(operation.security, security, incoming.headers.authorization);
  }
  let request: CheckedRequest;
  try {
    request = await readRequest(served, incoming, req);
  } catch (thrown) {
    observer.bodyInvalid(operation.operationId, 'request');
    throw thrown;
  }
  // The guards have shown that it is what this operation's handler takes.
  const result = await handler(request as never, context as never);
  return respond(operation, result, requestId, observer);
}

function respond(
  operation: OperationDescriptor,
  result: unknown,
  requestId: string,
  observer: RestObserver,
): Response {
  const guard = operation.responses[200];
  if (guard ? accepts(guard, result) : result === undefined) {
    const headers = commonHeaders(requestId);
    if (!guard) return new Response(null, { headers: { ...headers, 'Content-Length': '0' } });
    const json = JSON.stringify(result);
    return new Response(json, { headers: { ...headers, 'Content-Type': 'application/json' } });
  }
  observer.bodyInvalid(operation.operationId, 'response');
  const violation = guard ? explain(guard) : 'must be empty';
  throw new Error(`the response breaks the contract: body ${violation}`);
}
