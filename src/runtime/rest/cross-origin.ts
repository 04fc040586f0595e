import type { Context } from 'hono';
import { cors } from 'hono/cors';
import { isAllowedOrigin, type OriginPolicy } from '../shared/origin.ts';
import type { RestEnv } from './env.ts';
import { addCommonHeaders } from './refusal.ts';

/** Answers a request that names its origin: a preflight by itself, any other by `respond`. */
type CrossOrigin = (
  c: Context<RestEnv>,
  requestId: string,
  respond: () => Promise<Response>,
) => Promise<Response>;

/**
 * CORS (Fetch standard) for pages of allowed origins. To other pages the server is one without CORS:
 * the browser keeps the response from them. That is enough, because nothing here is proven by a cookie.
 */
export function createCrossOrigin(policy: OriginPolicy): CrossOrigin {
  const allow = cors({
    origin: (origin) => (policy.kind === 'any' ? '*' : origin),
    allowMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposeHeaders: ['X-Request-Id', 'Retry-After'],
    maxAge: 600,
  });
  return async (c, requestId, respond) => {
    const { origin = '', host } = c.env.incoming.headers;
    if (!isAllowedOrigin(policy, origin, host)) return respond();
    const preflight = await allow(c, async () => {
      c.res = await respond();
    });
    if (preflight === undefined) return c.res;
    addCommonHeaders(preflight, requestId);
    return preflight;
  };
}
