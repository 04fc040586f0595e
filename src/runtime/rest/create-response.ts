import { accepts, explain, type Guard } from '../shared/guard.ts';
import { commonHeaders } from './error-response.ts';
import type { OperationDescriptor } from './operation-handlers.ts';

/** What a handler returns if its operation declares response headers. */
interface Headed {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/**
 * The 200 response with the result of a handler.
 *
 * @throws Error, which contains no values, if the result breaks the contract
 */
export function createResponse(operation: OperationDescriptor, result: unknown, requestId: string): Response {
  const { responses, responseHeaders, responseHeaderNames = [] } = operation;
  if (responseHeaders === undefined) return createBody(responses[200], result, requestId);
  const { headers, body }: Headed = result ?? {};
  checkResult(responseHeaders, headers, 'headers');
  const response = createBody(responses[200], body, requestId);
  for (const name of responseHeaderNames) {
    if (headers !== undefined && Object.hasOwn(headers, name)) {
      response.headers.set(name, headerText(name, headers[name]));
    }
  }
  return response;
}

function createBody(guard: Guard<unknown> | null | undefined, body: unknown, requestId: string): Response {
  const headers = commonHeaders(requestId);
  if (!guard) {
    if (body !== undefined) throw brokenContract('body must be empty');
    return new Response(null, { headers: { ...headers, 'Content-Length': '0' } });
  }
  checkResult(guard, body, 'body');
  return new Response(JSON.stringify(body), { headers: { ...headers, 'Content-Type': 'application/json' } });
}

function checkResult(guard: Guard<unknown>, value: unknown, subject: string): void {
  if (!accepts(guard, value)) throw brokenContract(explain(guard, subject));
}

/** Anything else would be an invalid header, or mean something else to a client that assumes another encoding. */
function headerText(name: string, value: unknown): string {
  const text = String(value);
  if (!/^[\t\x20-\x7e]*$/.test(text)) throw brokenContract(`headers /${name} must be printable ASCII`);
  return text;
}

function brokenContract(violation: string): Error {
  return new Error(`the response breaks the contract: ${violation}`);
}
