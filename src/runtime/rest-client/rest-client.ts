import { redact } from '../shared/redact.ts';
import { pause, within } from '../shared/within.ts';
import { type BuiltRequest, baseUrl, buildRequest } from './build-request.ts';
import { isStream, type ReceivedResponse, readBytes, readResponse } from './read-response.ts';
import type { RestContract, RestOperation } from './rest-contract.ts';
import {
  type PlacedCredential,
  type RestCredentials,
  replaceAll,
  restCredentials,
} from './rest-credentials.ts';
import { RestError, type RestErrorDetails } from './rest-error.ts';
import {
  type CallOptions,
  type CallSettings,
  checkPositive,
  type RestOptions,
  resolveCall,
} from './rest-options.ts';
import type { RestRequest } from './rest-request.ts';

/**
 * Creates the client of a contract: an object with a function for each operation. It sends nothing by itself and needs
 * no closing.
 *
 * @throws RestError `invalid_options`
 */
export function restClient<Api, Schemes>(
  contract: RestContract<Api, Schemes>,
  options: RestOptions<Schemes> = {},
): Api {
  const base = baseUrl(options.url ?? contract.url);
  const credentials = restCredentials(contract.security, options.auth);
  resolveCall(options);
  const maxBytes = checkPositive('maxResponseBytes', options.maxResponseBytes ?? 16_777_216);
  const operations = Object.entries(contract.operations).map(([operationId, operation]) => {
    const call = async (request: RestRequest = {}, callOptions?: CallOptions): Promise<unknown> => {
      const settings = resolveCall(options, callOptions);
      const server = options.url === undefined && operation.url !== undefined ? baseUrl(operation.url) : base;
      const built = await buildRequest(server, operationId, operation, request);
      // Looked up for each call, so that a replaced global takes effect.
      const send = options.fetch ?? fetch;
      return new Call({ operationId, operation, built, settings, credentials, send, maxBytes }).run();
    };
    return [operationId, Object.assign(call, { operationId })];
  });
  // Generated types say what each operation takes and returns.
  return Object.fromEntries(operations) as Api;
}

interface CallDeps {
  readonly operationId: string;
  readonly operation: RestOperation;
  readonly built: BuiltRequest;
  readonly settings: CallSettings;
  readonly credentials: RestCredentials;
  readonly send: typeof fetch;
  readonly maxBytes: number;
}

/** One call of an operation, with all its attempts. */
class Call {
  readonly #deps: CallDeps;
  #credentials: readonly PlacedCredential[] = [];
  #attempts = 0;

  constructor(deps: CallDeps) {
    this.#deps = deps;
  }

  async run(): Promise<unknown> {
    const { operationId, operation, credentials, settings } = this.#deps;
    this.#credentials = await this.#inTime(credentials(operationId, operation));
    let hasReplaced = false;
    for (let retries = 0; ; ) {
      try {
        return await this.#attempt();
      } catch (thrown) {
        if (!(thrown instanceof RestError)) throw thrown;
        if (thrown.status === 401 && this.#credentials.length > 0 && !hasReplaced) {
          hasReplaced = true;
          const others = await this.#inTime(replaceAll(this.#credentials));
          if (others !== undefined) {
            this.#credentials = others;
            continue;
          }
        }
        retries += 1;
        const delayMs = this.#delayBefore(retries, thrown);
        if (delayMs === undefined) throw thrown;
        const next = this.#attempts + 1;
        settings.log?.(`${thrown.message} Attempt ${next} follows in ${Math.round(delayMs)} ms.`);
        await pause(delayMs, settings.signal);
      }
    }
  }

  async #attempt(): Promise<unknown> {
    const { operation } = this.#deps;
    this.#attempts += 1;
    const response = await this.#exchange();
    const reading = readResponse(operation, response);
    if (reading.isResult) return reading.result;
    const { code, message, ...details } = reading;
    const { status, headers } = response;
    throw this.#error(code, message, { ...details, status, headers });
  }

  /** Sends the request and reads the whole answer, within the time limit. */
  async #exchange(): Promise<ReceivedResponse> {
    const { signal, timeoutMs } = this.#deps.settings;
    const ended = new AbortController();
    let isOpen = false;
    try {
      const response = await within(this.#send(ended.signal), timeoutMs, signal, (_, reject) =>
        reject(this.#error('timeout', `no answer within ${timeoutMs} ms.`)),
      );
      isOpen = response.content instanceof ReadableStream;
      return response;
    } finally {
      // A stream ends with the caller's signal.
      if (isOpen) signal?.addEventListener('abort', () => ended.abort(signal.reason));
      else ended.abort();
    }
  }

  async #send(signal: AbortSignal): Promise<ReceivedResponse> {
    const { built, operation, send, maxBytes } = this.#deps;
    const url = new URL(built.url);
    const headers = new Headers(built.headers);
    for (const { header, query } of this.#credentials) {
      if (header?.[0] === 'Cookie') headers.set('Cookie', cookiesWith(headers, header[1]));
      else if (header !== undefined) headers.set(...header);
      if (query !== undefined) url.searchParams.set(...query);
    }
    try {
      const response = await send(url, {
        method: operation.method,
        headers,
        ...(built.body === undefined ? {} : { body: built.body }),
        // The target of a redirect must not receive the request.
        redirect: 'error',
        signal,
      });
      const content =
        isStream(operation, response) && response.body !== null
          ? response.body
          : await readBytes(response, maxBytes);
      if (content === null)
        throw this.#error('unexpected', `the response is too large: over ${maxBytes} bytes.`);
      return { status: response.status, ok: response.ok, headers: response.headers, content };
    } catch (cause) {
      if (cause instanceof RestError) throw cause;
      throw this.#error('unreachable', `no answer: ${reasonOf(cause)}.`, { cause });
    }
  }

  /** How long to wait before a retry; undefined if there must be none. */
  #delayBefore(retry: number, error: RestError): number | undefined {
    const { attempts, baseMs, maxMs, shouldRetry } = this.#deps.settings;
    const { code, status, retryAfterMs = 0 } = error;
    const isLost = code === 'timeout' || code === 'unreachable' || [408, 502, 503, 504].includes(status ?? 0);
    const mayRetry = status === 429 || (isLost && this.#deps.built.isRepeatable);
    const isFinal = !mayRetry || retryAfterMs > maxMs;
    if (retry >= attempts || !shouldRetry({ error, attempt: this.#attempts + 1, isFinal })) return undefined;
    return Math.min(maxMs, retryAfterMs + Math.random() * baseMs * 2 ** (retry - 1));
  }

  /** A credential, within the time limit. */
  #inTime<Value>(credential: Promise<Value>): Promise<Value> {
    const { signal, timeoutMs } = this.#deps.settings;
    return within(credential, timeoutMs, signal, (_, reject) =>
      reject(this.#error('credentials', `\`auth\` gave no answer within ${timeoutMs} ms.`)),
    );
  }

  #error(code: RestError['code'], message: string, details: RestErrorDetails = {}): RestError {
    const shown = redact(message, this.#credentials);
    return new RestError(code, this.#deps.operationId, shown, { ...details, attempts: this.#attempts });
  }
}

/** The cookies of the request and of a credential. */
function cookiesWith(headers: Headers, cookie: string): string {
  const others = headers.get('Cookie');
  return others === null ? cookie : `${others}; ${cookie}`;
}

/** In Node, the cause of a `fetch` error explains more than its message. */
function reasonOf(thrown: unknown): string {
  let reason = thrown;
  if (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  if (reason instanceof AggregateError) [reason] = reason.errors;
  return reason instanceof Error ? reason.message : String(reason);
}
