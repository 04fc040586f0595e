import type { Context } from 'hono';
import { accepts, explain } from '../guard.ts';
import type { RequestContext } from './context.ts';
import type { RestEnv } from './env.ts';
import type { SecurityHooks } from './handlers.ts';
import type { RestObserver } from './observer.ts';
import type { OperationDescriptor } from './operation.ts';
import { commonHeaders } from './refusal.ts';
import { type CheckedRequest, type RequestReader, readRequest } from './request.ts';
import { authenticate } from './security.ts';
import { TextResponse } from './text-response.ts';

/** A handler as the runtime sees it: what it takes is known to its operation's guards alone. */
export type Handler = (request: never, context: never) => Promise<unknown>;

export interface ServedOperation extends RequestReader {
  readonly handler: Handler;
  readonly security: SecurityHooks;
  readonly observer: RestObserver;
}

/** Credentials, then the request, then the handler, then the response: each is checked before the next. */
export async function serveOperation(served: ServedOperation, c: Context<RestEnv>): Promise<Response> {
  const { operation, handler } = served;
  c.set('operation', operation.operationId);
  const context = await contextOf(served, c);
  const request = await checkedRequest(served, c);
  // The guards have shown that it is what this operation's handler takes.
  const result = await handler(request as never, context as never);
  return respond(operation, result, context.requestId, served.observer);
}

async function contextOf(
  { operation, security }: ServedOperation,
  c: Context<RestEnv>,
): Promise<RequestContext> {
  const requestId = c.get('requestId');
  if (operation.security.length === 0) return { requestId };
  const user = await authenticate(operation.security, security, c.req.raw.headers.get('authorization'));
  return { requestId, user } as RequestContext;
}

async function checkedRequest(served: ServedOperation, c: Context<RestEnv>): Promise<CheckedRequest> {
  try {
    return await readRequest(served, c.req.raw, c.req.path);
  } catch (thrown) {
    served.observer.bodyInvalid(served.operation.operationId, 'request');
    throw thrown;
  }
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
    return new TextResponse(json, 200, { ...headers, 'Content-Type': 'application/json' });
  }
  observer.bodyInvalid(operation.operationId, 'response');
  const violation = guard ? explain(guard) : 'must be empty';
  throw new Error(`the response breaks the contract: body ${violation}`);
}
