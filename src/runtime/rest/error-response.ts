import { readBearer } from '../shared/credentials.ts';
import { type PostedError, statusOf } from '../shared/errors.ts';

/** The headers of every response that does not set them itself. */
export function commonHeaders(requestId: string): Readonly<Record<string, string>> {
  return { 'X-Request-Id': requestId, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
}

/** Adds the common headers to a response that was created elsewhere. */
export function addCommonHeaders({ headers }: Response, requestId: string): void {
  for (const [name, value] of Object.entries(commonHeaders(requestId))) {
    if (!headers.has(name)) headers.set(name, value);
  }
}

/** The body of every error response: schema Error of the contract. */
export function errorBody({ message, code }: PostedError, requestId: string): string {
  return JSON.stringify({ message, request_id: requestId, code });
}

/**
 * The response to a request that failed, also with a status that its operation does not list.
 *
 * @param authorization the header of the request
 */
export function errorResponse(error: PostedError, requestId: string, authorization?: string): Response {
  const headers: Record<string, string> = {
    ...commonHeaders(requestId),
    'Content-Type': 'application/json',
  };
  if (error.retryAfter !== undefined) headers['Retry-After'] = error.retryAfter;
  if (error.code === 'unauthorized') headers['WWW-Authenticate'] = challenge(authorization);
  return new Response(errorBody(error, requestId), { status: statusOf[error.code], headers });
}

/** The challenge of a 401 response (RFC 6750 section 3), which has an error code only if the request had a token. */
function challenge(authorization: string | undefined): string {
  return readBearer(authorization) === null ? 'Bearer' : 'Bearer error="invalid_token"';
}
