import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { isAllowedOrigin, type OriginPolicy } from '../origin.ts';
import type { RestEnv } from './env.ts';
import { addCommonHeaders } from './refusal.ts';

/**
 * CORS (Fetch standard) for pages of allowed origins. To other pages the server is one without CORS:
 * the browser keeps the response from them. That is enough, because nothing here is proven by a cookie.
 */
export function crossOrigin(policy: OriginPolicy): MiddlewareHandler<RestEnv> {
  const allow = cors({
    origin: (origin) => (policy.kind === 'any' ? '*' : origin),
    allowMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposeHeaders: ['X-Request-Id', 'Retry-After'],
    maxAge: 600,
  });
  const answer: MiddlewareHandler<RestEnv> = async (c, next) => {
    const preflight = await allow(c, next);
    if (preflight !== undefined) addCommonHeaders(preflight, c.get('requestId'));
    return preflight;
  };
  return (c, next) => {
    const { headers } = c.req.raw;
    const origin = headers.get('origin');
    if (origin === null) return next();
    return isAllowedOrigin(policy, origin, headers.get('host') ?? undefined) ? answer(c, next) : next();
  };
}
