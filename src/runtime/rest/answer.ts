import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { PostedError } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { OriginPolicy } from '../shared/origin.ts';
import { createCrossOrigin } from './cross-origin.ts';
import { withDeadline } from './deadline.ts';
import type { RestEnv } from './env.ts';
import type { RestObserver } from './observer.ts';
import { refuse } from './refusal.ts';

/** What a request is for. */
export interface Target {
  /** The operationId, or 'none' for what is no operation of the contract. */
  readonly operation: string;
  readonly serve: (c: Context<RestEnv>, requestId: string) => Promise<Response>;
}

export interface AnswerOptions {
  readonly observer: RestObserver;
  readonly log: Log;
  readonly origins: OriginPolicy;
  /** How long a target may take before 503. */
  readonly timeoutMs: number;
}

/** Never rejects on account of a target, and never waits for one longer than the limit. */
export type Answer = (target: Target, c: Context<RestEnv>) => Promise<Response>;

/**
 * What is around every request: gives it an id and a deadline, lets pages of allowed origins read the
 * response, and tells the log and the observer how it went. Nothing that a client chose is logged but the id.
 *
 * One function rather than a chain of Hono's middleware, which for each costs what a small handler does.
 */
export function createAnswer({ observer, log, origins, timeoutMs }: AnswerOptions): Answer {
  const crossOrigin = createCrossOrigin(origins);

  async function respond({ operation, serve }: Target, c: Context<RestEnv>, requestId: string) {
    try {
      return await withDeadline(serve(c, requestId), timeoutMs);
    } catch (thrown) {
      const error = PostedError.from(thrown);
      if (error.code === 'internal') {
        log.error({ requestId, operation, err: error.cause ?? error }, 'a request failed');
      }
      return refuse(error, requestId, c.env.incoming.headers.authorization);
    }
  }

  return async (target, c) => {
    const startMs = performance.now();
    const { headers } = c.env.incoming;
    const requestId = requestIdOf(headers['x-request-id']);
    const response =
      headers.origin === undefined
        ? await respond(target, c, requestId)
        : await crossOrigin(c, requestId, () => respond(target, c, requestId));
    const { status } = response;
    const durationMs = performance.now() - startMs;
    const { operation } = target;
    observer.requestCompleted(operation, status, durationMs / 1000);
    // Probes and scanners would drown the rest.
    const level = operation === 'none' ? 'debug' : 'info';
    log[level]({ requestId, operation, status, durationMs: Math.round(durationMs * 1000) / 1000 }, 'request');
    return response;
  };
}

function requestIdOf(offered: string | readonly string[] | undefined): string {
  return typeof offered === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(offered) ? offered : randomUUID();
}
