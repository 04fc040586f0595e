import type { Context } from 'hono';
import { cors } from 'hono/cors';
import type { LogLimit } from '../shared/log-limit.ts';
import { allowOrigin, isAllowedOrigin, type OriginPolicy, printableOrigin } from '../shared/origin.ts';
import { addCommonHeaders } from './error-response.ts';

export interface CrossOriginOptions {
  readonly policy: OriginPolicy;
  /** The response headers of the contract, which pages may read too; possibly with repetitions. */
  readonly contractHeaders: readonly string[];
  /** The request headers of the contract, which pages may set too; possibly with repetitions. */
  readonly requestHeaders: readonly string[];
  /** Logs the pages that cannot read a response. */
  readonly failures: LogLimit;
  /** The setting of `policy`, for the log. */
  readonly settingName: string | undefined;
}

/** Answers a request of a page to a host: a preflight itself, any other request with `respond`. */
type CrossOrigin = (
  c: Context,
  page: { readonly origin: string; readonly host: string | undefined },
  requestId: string,
  respond: () => Promise<Response>,
) => Promise<Response>;

const commonRequestHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'];

const sameOrigin: OriginPolicy = { kind: 'same-origin' };

/**
 * CORS (Fetch standard) for pages of allowed origins. Requests from other pages are served without CORS headers, so
 * that browsers keep the response from the page. That suffices, because no cookie authenticates a request.
 */
export function createCrossOrigin(options: CrossOriginOptions): CrossOrigin {
  const { policy, contractHeaders, requestHeaders, failures, settingName } = options;
  const allow = cors({
    origin: (origin) => (policy.kind === 'any' ? '*' : origin),
    allowMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'],
    allowHeaders: [...new Set([...commonRequestHeaders, ...requestHeaders])],
    exposeHeaders: [...new Set(['X-Request-Id', 'Retry-After', ...contractHeaders])],
    maxAge: 600,
  });

  function logForeign(origin: string, host: string | undefined, requestId: string): void {
    const printable = printableOrigin(origin);
    if (printable === null || isAllowedOrigin(sameOrigin, origin, host)) return;
    const fields = { requestId, origin: printable, remedy: allowOrigin(printable, policy, settingName) };
    failures.write('warn', {}, fields, 'a page from another origin cannot read the response');
  }

  return async (c, { origin, host }, requestId, respond) => {
    if (!isAllowedOrigin(policy, origin, host)) {
      logForeign(origin, host, requestId);
      return respond();
    }
    const preflight = await allow(c, async () => {
      c.res = await respond();
    });
    if (preflight === undefined) return c.res;
    addCommonHeaders(preflight, requestId);
    return preflight;
  };
}
