import { authenticate } from './authenticate-request.ts';
import { createAnswer, createResponse, type Successes } from './create-response.ts';
import { Answer } from './described-answer.ts';
import type { IncomingRequest } from './incoming-request.ts';
import type { OperationContext } from './operation-context.ts';
import type { OperationDescriptor, SecurityHooks } from './operation-handlers.ts';
import { enforceLimit, type OperationLimits } from './operation-limits.ts';
import { type RequestTarget, readRequest } from './read-request.ts';
import type { RoutePath } from './route-path.ts';

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
  readonly successes: Successes;
  /** The largest body that is read, in bytes. */
  readonly bodyBytes: number;
  readonly handler: Handler;
  readonly security: SecurityHooks;
  readonly limits: OperationLimits;
  readonly observer: RestObserver;
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
  trustsCookies: () => boolean,
): Promise<Response> {
  const { operation, handler, security, observer, routePath, bodyBytes, successes } = served;
  await enforceLimit(served.limits.perAddress, context.network, undefined);
  if (operation.security.length > 0) {
    const { headers } = incoming;
    context.user = await authenticate(operation, security, { headers, url: target.url, trustsCookies });
  }
  await enforceLimit(served.limits.perUser, context.network, context.user);
  let request: object;
  try {
    request = await readRequest(operation, routePath, bodyBytes, incoming, target);
  } catch (thrown) {
    observer.bodyInvalid(operation.operationId, 'request');
    throw thrown;
  }
  // The guards have checked that this is what the handler takes.
  const result = await resultOf(handler(request as never, context as never));
  try {
    return result instanceof Answer
      ? createAnswer(operation, result, context.requestId)
      : createResponse(operation, successes, result, context.requestId);
  } catch (thrown) {
    observer.bodyInvalid(operation.operationId, 'response');
    throw thrown;
  }
}

/** A response that a handler throws is its result. */
async function resultOf(result: Promise<unknown>): Promise<unknown> {
  try {
    return await result;
  } catch (thrown) {
    if (thrown instanceof Answer) return thrown;
    throw thrown;
  }
}
