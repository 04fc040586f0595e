import { createRestApp, type Mount, type RestApp, type RestAppOptions } from '../rest/app.ts';
import type { RestObserver } from '../rest/operation.ts';
import type { HandlersOf, Operations, SecurityHooks } from '../rest/operation-handlers.ts';
import { canonicalPath } from '../rest/route-path.ts';
import { PostedError } from '../shared/errors.ts';
import type { LimitsByName } from '../shared/limits/limit.ts';
import type { ServedMetrics } from './served-metrics.ts';

/** An HTTP application of one's own: one of Hono, or anything else with a fetch function. CORS is up to it. */
export interface FetchApp {
  /** `env` has Node's `incoming` and `outgoing`, unless the request did not come from a socket. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
}

/** Generated operations with their handlers. */
export interface RestOperations {
  readonly operations: Operations;
  readonly handlers: object;
  /** By operation: instead of those of the contract. */
  readonly rateLimits?: LimitsByName;
}

/** Operations that Posted itself has, with their hooks. */
export interface OwnOperations extends RestOperations {
  readonly security: object;
}

export interface HttpAppOptions
  extends Pick<
    RestAppOptions<Operations, never>,
    'observer' | 'log' | 'audit' | 'origins' | 'proxies' | 'limits' | 'limiter' | 'settingNames'
  > {
  /** What the application serves besides the mounts. */
  readonly rest: RestOperations | FetchApp;
  readonly security: SecurityHooks;
  /** Like the mounts, they take precedence over an application of one's own. */
  readonly own?: OwnOperations | undefined;
  /** They take precedence over an application of one's own. */
  readonly mounts: Readonly<Record<string, Mount>>;
}

/** Creates what answers all HTTP requests of a server. */
export function createHttpApp({ rest, own = noOwnOperations, ...options }: HttpAppOptions): RestApp {
  const security = { ...options.security, ...own.security };
  if (!('fetch' in rest)) return createOperationsApp(merge(rest, own), { ...options, security });
  const ours = createOperationsApp(own, { ...options, security });
  const theirs = countRequests(rest, options.observer);
  const paths = new Set([
    ...Object.keys(options.mounts),
    ...Object.values(own.operations).map(({ path }) => path),
  ]);
  return {
    fetch: (request, node) => (paths.has(canonicalPath(request.url)) ? ours : theirs).fetch(request, node),
  };
}

function merge(some: RestOperations, others: RestOperations): RestOperations {
  return {
    operations: { ...some.operations, ...others.operations },
    handlers: { ...some.handlers, ...others.handlers },
    rateLimits: { ...some.rateLimits, ...others.rateLimits },
  };
}

type AnyHandlers = HandlersOf<Operations, never>;

export const noOperations: RestOperations = { operations: {}, handlers: {} };

const noOwnOperations: OwnOperations = { ...noOperations, security: {} };

function createOperationsApp(
  { operations, handlers, rateLimits = {} }: RestOperations,
  options: Omit<HttpAppOptions, 'rest'>,
): RestApp {
  // The types of `rest` require these handlers for these operations and hooks.
  return createRestApp({ ...options, operations, handlers, rateLimits } as RestAppOptions<
    Operations,
    AnyHandlers
  >);
}

function countRequests(app: FetchApp, observer: RestObserver): FetchApp {
  return {
    async fetch(request, env) {
      const startMs = performance.now();
      const response = await app.fetch(request, env);
      observer.requestCompleted('none', response.status, (performance.now() - startMs) / 1000);
      return response;
    },
  };
}

/**
 * Checks that the hooks cover the security of the operations.
 *
 * @throws TypeError that names the scheme without a hook
 */
export function checkSecurityHooks(operations: Operations, hooks: object): void {
  for (const { operationId, security } of Object.values(operations)) {
    const scheme = security.flat().find((name) => !Object.hasOwn(hooks, name));
    if (scheme === undefined) continue;
    throw new TypeError(
      `The operation ${operationId} has security ${scheme}: add a hook \`${scheme}\` to the option \`security\` of serve.`,
    );
  }
}

export type RenderedMetrics = Pick<ServedMetrics, 'contentType' | 'render'>;

/** /metrics; without metrics, its response says how to get them. */
export function createMetricsMount(metrics: RenderedMetrics | undefined): Readonly<Record<string, Mount>> {
  return {
    async '/metrics'() {
      if (metrics === undefined) {
        const message = 'Metrics are off: they need the package prom-client, and a server that listens.';
        throw new PostedError('not_found', message);
      }
      return new Response(await metrics.render(), { headers: { 'Content-Type': metrics.contentType } });
    },
  };
}
