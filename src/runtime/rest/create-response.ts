import { accepts, explain, type Guard } from '../shared/guard.ts';
import { type Answer, describedAs } from './described-answer.ts';
import { commonHeaders } from './error-response.ts';
import type { OperationDescriptor, ResponseContent } from './operation-handlers.ts';

/** What a handler returns if its operation has several successful responses, or response headers. */
interface Described {
  readonly status?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** How the results of an operation become responses. */
export interface Successes {
  /** The status of the only successful response; null if handlers choose one. */
  readonly status: number | null;
  readonly keys: readonly string[];
}

/**
 * The successful responses of an operation: those from 200 to 299, or else `default`, or else redirects.
 *
 * @throws Error if it has none
 */
export function successesOf({ operationId, responses }: OperationDescriptor): Successes {
  const keys = Object.keys(responses);
  const own = keys.filter((key) => key.startsWith('2'));
  const others = own.length > 0 ? own : keys.filter((key) => key === 'default' || key.startsWith('3'));
  const [only = '', ...more] = others;
  if (only === '') throw new Error(`The operation ${operationId} has no successful response.`);
  return { status: more.length === 0 && /^\d+$/.test(only) ? Number(only) : null, keys: others };
}

/**
 * The successful response with the result of a handler.
 *
 * @throws Error, which contains no values, if the result breaks the contract
 */
export function createResponse(
  operation: OperationDescriptor,
  { status: only, keys }: Successes,
  result: unknown,
  requestId: string,
): Response {
  const { responses, responseHeaders, responseHeaderNames = [] } = operation;
  if (responseHeaders === undefined && only !== null) {
    return createBody(operation, String(only), only, result, requestId);
  }
  const { status: chosen, headers, body }: Described = result ?? {};
  const status = only ?? Number(chosen);
  const key = only === null ? describedAs(responses, status) : String(only);
  if (key === undefined || !keys.includes(key)) {
    throw brokenContract(`status must be ${keys.join(' or ')}`);
  }
  if (responseHeaders !== undefined) checkResult(responseHeaders, headers, 'headers');
  const response = createBody(operation, key, status, body, requestId);
  for (const name of responseHeaderNames) {
    if (headers !== undefined && Object.hasOwn(headers, name)) {
      response.headers.set(name, headerText(name, headers[name]));
    }
  }
  return response;
}

/**
 * The response that a handler has thrown.
 *
 * @throws Error, which contains no values, if it breaks the contract
 */
export function createAnswer(operation: OperationDescriptor, answer: Answer, requestId: string): Response {
  const key = describedAs(operation.responses, answer.status);
  if (key === undefined) throw brokenContract(`it does not describe the status ${answer.status}`);
  const response = createBody(operation, key, answer.status, answer.body, requestId);
  for (const [name, value] of Object.entries(answer.headers)) {
    response.headers.set(name, headerText(name, value));
  }
  return response;
}

function createBody(
  { responses, contentTypes = {} }: OperationDescriptor,
  key: string,
  status: number,
  body: unknown,
  requestId: string,
): Response {
  const content = responses[key];
  const headers = commonHeaders(requestId);
  if (!content) {
    if (body !== undefined) throw brokenContract('body must be empty');
    // A 204 response must not have it (RFC 9110 section 8.6).
    const length = status === 204 || status === 304 ? {} : { 'Content-Length': '0' };
    return new Response(null, { status, headers: { ...headers, ...length } });
  }
  if (typeof content === 'string') return createBinary(content, status, body, headers);
  checkResult(content, body, 'body');
  const type = contentTypes[key] ?? 'application/json';
  return new Response(JSON.stringify(body), { status, headers: { ...headers, 'Content-Type': type } });
}

/** A response of text or bytes, whose content is not checked. */
function createBinary(
  contentType: Extract<ResponseContent, string>,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Response {
  const isText = typeof body === 'string';
  if (!isText && !(body instanceof Uint8Array || body instanceof Blob || body instanceof ReadableStream)) {
    throw brokenContract(`body must be text, bytes or a stream of type ${contentType}`);
  }
  const own = body instanceof Blob ? body.type : '';
  const concrete = contentType.includes('*') ? 'application/octet-stream' : contentType;
  const type = own !== '' ? own : concrete.startsWith('text/') ? `${concrete}; charset=utf-8` : concrete;
  return new Response(body as BodyInit, { status, headers: { ...headers, 'Content-Type': type } });
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
