import { parseRetryAfter } from '../shared/retry-after.ts';
import type { ResponseContent, RestOperation } from './rest-contract.ts';

/** The parts of a response that its reading needs. */
export interface ReceivedResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  /** A stream only if the contract describes one. */
  readonly content: Uint8Array | ReadableStream<Uint8Array>;
}

/** The bytes of a response; null if it is too large. */
export async function readBytes({ body }: Response, maxBytes: number): Promise<Uint8Array | null> {
  const reader = body?.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  // Not all browsers can iterate over a stream.
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (value === undefined) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    size += value.length;
    if (size > maxBytes) return null;
    chunks.push(value);
  }
}

/** Whether a response is passed on as it comes. */
export function isStream({ responses }: RestOperation, { ok, status }: Response): boolean {
  return ok && contentOf(responses, status) === 'stream';
}

/** What a response means: the result of the operation, or an error. */
export type Reading =
  | { readonly isResult: true; readonly result: unknown }
  | {
      readonly isResult: false;
      readonly code: 'refused' | 'unexpected';
      readonly message: string;
      readonly body: unknown;
      readonly retryAfterMs?: number;
    };

export function readResponse(
  { responses, responseHeaders }: RestOperation,
  { status, ok, headers, content: received }: ReceivedResponse,
): Reading {
  const content = contentOf(responses, status);
  const type = headers.get('Content-Type') ?? '';
  const text =
    received instanceof Uint8Array && (!ok || content !== 'binary') ? new TextDecoder().decode(received) : '';
  const parsed = isJson(type) ? parse(text) : undefined;
  const body = parsed === undefined ? text || undefined : parsed.value;
  const isDescribed = content !== undefined && fits(content, parsed);
  if (ok && isDescribed) {
    const isRaw = content === 'binary' || content === 'stream';
    const value = isRaw ? received : content === 'text' ? text : content === 'none' ? undefined : body;
    const result =
      responseHeaders === undefined ? value : { headers: readHeaders(responseHeaders, headers), body: value };
    return { isResult: true, result };
  }
  const retryAfterMs = parseRetryAfter(headers.get('Retry-After'));
  const details = { isResult: false, body, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } as const;
  if (isDescribed) return { ...details, code: 'refused', message: `HTTP ${status}${explanation(body)}` };
  const what = content === undefined ? '' : ` with content of type ${type.split(';', 1)[0] || '(none)'}`;
  return {
    ...details,
    code: 'unexpected',
    message: `the contract does not describe the answer HTTP ${status}${what}.`,
  };
}

function fits(content: ResponseContent, json: { readonly value: unknown } | undefined): boolean {
  if (content === 'json') return json !== undefined;
  if (typeof content === 'string') return true;
  const { value } = json ?? {};
  return typeof value === 'object' && value !== null && content.every((name) => Object.hasOwn(value, name));
}

/** The most specific of a status, its class and `default` (OpenAPI 3.1, Responses Object). */
function contentOf(responses: RestOperation['responses'], status: number): ResponseContent | undefined {
  const kind = String(status).slice(0, 1);
  const own = responses[status] ?? responses[`${kind}XX`];
  // Beside a success, `default` describes errors.
  const isOther = kind === '2' && Object.keys(responses).some((key) => key.startsWith('2'));
  return own ?? (isOther ? undefined : responses.default);
}

function isJson(type: string): boolean {
  return /^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i.test(type);
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** What the server says for people: `message`, or `detail` or `title` of problem details (RFC 9457). */
function explanation(body: unknown): string {
  const { message, detail, title } = Object(body) as Readonly<Record<string, unknown>>;
  const text = [message, detail, title].find((one) => typeof one === 'string');
  return text === undefined ? '.' : `: ${text.slice(0, 300)}`;
}

function readHeaders(
  types: NonNullable<RestOperation['responseHeaders']>,
  headers: Headers,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(types).flatMap(([name, type]) => {
      const text = headers.get(name);
      if (text === null) return [];
      return [[name, type === 'number' ? Number(text) : type === 'boolean' ? text === 'true' : text]];
    }),
  );
}
