import { STATUS_CODES } from 'node:http';
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

/** How the errors of an operation are written. */
export interface ErrorForm {
  /** Whether the contract describes them as problem details (RFC 9457). */
  readonly isProblem?: boolean;
  /** What a 401 response asks for. Default: Bearer. */
  readonly challenge?: 'Basic' | null;
}

/**
 * The response to a request that failed, also with a status that its operation does not list.
 *
 * @param authorization the header of the request
 */
export function errorResponse(
  error: PostedError,
  requestId: string,
  authorization?: string,
  { isProblem = false, challenge }: ErrorForm = {},
): Response {
  const headers: Record<string, string> = {
    ...commonHeaders(requestId),
    'Content-Type': isProblem ? 'application/problem+json' : 'application/json',
  };
  if (error.retryAfter !== undefined) headers['Retry-After'] = error.retryAfter;
  if (error.code === 'unauthorized' && challenge !== null) {
    headers['WWW-Authenticate'] =
      challenge === 'Basic' ? 'Basic charset="UTF-8"' : bearerChallenge(authorization);
  }
  const status = statusOf[error.code];
  const body = isProblem ? problemBody(error, status, requestId) : errorBody(error, requestId);
  return new Response(body, { status, headers });
}

function problemBody({ message, code }: PostedError, status: number, requestId: string): string {
  const title = STATUS_CODES[status] ?? 'Error';
  return JSON.stringify({ type: 'about:blank', title, status, detail: message, code, request_id: requestId });
}

/** The challenge of a 401 response (RFC 6750 section 3), which has an error code only if the request had a token. */
function bearerChallenge(authorization: string | undefined): string {
  return readBearer(authorization) === null ? 'Bearer' : 'Bearer error="invalid_token"';
}
