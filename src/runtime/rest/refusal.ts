import { type PostedError, statusOf } from '../shared/errors.ts';
import { challenge } from './security.ts';

/** What every response has, unless it says otherwise itself. */
export function commonHeaders(requestId: string): Readonly<Record<string, string>> {
  return { 'X-Request-Id': requestId, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
}

/** The body of every error response: schema Error of the contract. */
export function errorBody({ message, code }: PostedError, requestId: string): string {
  return JSON.stringify({ message, request_id: requestId, code });
}

/** Gives a response that was made elsewhere what every response has. */
export function addCommonHeaders({ headers }: Response, requestId: string): void {
  for (const [name, value] of Object.entries(commonHeaders(requestId))) {
    if (!headers.has(name)) headers.set(name, value);
  }
}

/**
 * The response to a request that failed. A status that its operation does not list has the same body.
 *
 * @param authorization the header of the request
 */
export function refuse(error: PostedError, requestId: string, authorization?: string): Response {
  const headers: Record<string, string> = {
    ...commonHeaders(requestId),
    'Content-Type': 'application/json',
  };
  if (error.retryAfterSeconds !== undefined) {
    headers['Retry-After'] = String(Math.ceil(error.retryAfterSeconds));
  }
  if (error.code === 'unauthorized') headers['WWW-Authenticate'] = challenge(authorization);
  return new Response(errorBody(error, requestId), { status: statusOf[error.code], headers });
}
