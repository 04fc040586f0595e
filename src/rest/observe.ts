import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Log } from '../log.ts';
import type { RestEnv } from './env.ts';
import type { RestObserver } from './observer.ts';

/**
 * Around every request: gives it an id, and tells the log and the observer how it went. Nothing that a
 * client chose is logged but the id.
 */
export function observe(observer: RestObserver, log: Log): MiddlewareHandler<RestEnv> {
  return async (c, next) => {
    const startMs = performance.now();
    const requestId = requestIdOf(c.req.raw.headers.get('x-request-id'));
    c.set('requestId', requestId);
    c.set('operation', 'none');
    await next();
    const { status } = c.res;
    const durationMs = performance.now() - startMs;
    const operation = c.get('operation');
    observer.requestCompleted(operation, status, durationMs / 1000);
    // Probes and scanners would drown the rest.
    const level = operation === 'none' ? 'debug' : 'info';
    log[level]({ requestId, operation, status, durationMs: Math.round(durationMs * 1000) / 1000 }, 'request');
  };
}

function requestIdOf(offered: string | null): string {
  return offered !== null && /^[A-Za-z0-9._-]{1,64}$/.test(offered) ? offered : randomUUID();
}
