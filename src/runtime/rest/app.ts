import { Hono } from 'hono';
import { PostedError } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { type OriginPolicy, originPolicy } from '../shared/origin.ts';
import { createStderrLog } from '../shared/stderr-log.ts';
import { createAnswer, type Target } from './answer.ts';
import type { NodeBindings, RestEnv } from './env.ts';
import type { HandlersOf, Operations, SecurityHooksOf } from './handlers.ts';
import type { RestObserver } from './observer.ts';
import type { OperationDescriptor } from './operation.ts';
import { canonicalPath, compilePath } from './path.ts';
import { addCommonHeaders } from './refusal.ts';
import { addRoutes, type Route } from './routes.ts';
import { type Handler, serveOperation } from './serve-operation.ts';

export interface RestAppOptions<Table extends Operations, Handlers> {
  /** By operationId, as they are generated. */
  readonly operations: Table;
  /** HandlersOf the table, of any user: generated `OperationHandlers<User>`. */
  readonly handlers: Handlers;
  readonly security: SecurityHooksOf<Table, Handlers>;
  readonly observer: RestObserver;
  /** Where failures are logged. Default: warnings and errors on standard error; `silentLog` turns that off. */
  readonly log?: Log;
  /** The pages that may read responses, such as `['https://app.example']`. */
  readonly origins: OriginPolicy | readonly string[];
  readonly limits: RestLimits;
  /** Served for GET beside the contract, by path: health, metrics, documentation. */
  readonly mounts?: Readonly<Record<string, Mount>>;
}

export interface RestLimits {
  /** The largest body of a request, in bytes. */
  readonly bodyBytes: number;
  /** How long a request may take, its body's arrival included, before 503. Default: 30 s. */
  readonly timeoutMs?: number;
}

/** A response without Cache-Control gets `no-store`. */
export type Mount = (request: Request) => Response | Promise<Response>;

export interface RestApp {
  /** Never rejects on account of a handler, and never waits for one longer than the limit. */
  readonly fetch: (request: Request, node: NodeBindings) => Response | Promise<Response>;
}

const defaultTimeoutMs = 30_000;

/**
 * Serves a table of operations with their handlers.
 *
 * @throws Error where the table cannot be served: two operations for one method and path, a path that
 * cannot be routed, an operation without a handler or without a 200 response
 */
export function createRestApp<const Table extends Operations, Handlers extends HandlersOf<Table, never>>(
  options: RestAppOptions<Table, Handlers>,
): RestApp {
  const { operations, observer, log = createStderrLog(), origins, limits, mounts = {} } = options;
  const app = new Hono<RestEnv>({ getPath: (request) => canonicalPath(request.url) });
  const timeoutMs = limits.timeoutMs ?? defaultTimeoutMs;
  const answer = createAnswer({ observer, log, origins: originPolicy(origins), timeoutMs });
  const routes = [
    ...Object.values(operations).map((operation) => operationRoute(operation, options)),
    ...Object.entries(mounts).map(([path, mount]) => mountRoute(path, mount)),
  ];
  addRoutes(app, routes, answer);
  app.notFound((c) => answer(nothing, c));
  // What fails in a target is answered: this is what failed around it, and is left to the server.
  app.onError((thrown) => {
    throw thrown;
  });
  return { fetch: (request, node) => app.fetch(request, node) };
}

const nothing: Target = {
  operation: 'none',
  async serve() {
    throw new PostedError('not_found', 'There is nothing at this path.');
  },
};

function operationRoute<Table extends Operations, Handlers extends HandlersOf<Table, never>>(
  operation: OperationDescriptor,
  { handlers, security, observer, limits }: RestAppOptions<Table, Handlers>,
): Route {
  const { operationId, method, path, responses } = operation;
  const byId: Readonly<Record<string, Handler>> = handlers;
  const handler = byId[operationId]?.bind(handlers);
  if (handler === undefined) throw new Error(`The operation ${operationId} has no handler.`);
  if (responses[200] === undefined) throw new Error(`The operation ${operationId} has no 200 response.`);
  const template = compilePath(path);
  const served = { operation, template, bodyBytes: limits.bodyBytes, handler, security, observer };
  return {
    method,
    pattern: template.pattern,
    operation: operationId,
    serve: (c, requestId) => serveOperation(served, c, requestId),
  };
}

function mountRoute(path: string, mount: Mount): Route {
  return {
    method: 'GET',
    pattern: compilePath(path).pattern,
    operation: 'none',
    async serve(c, requestId) {
      const mounted = await mount(c.req.raw);
      // A copy, because not every response lets its headers be added to: that of Response.redirect() does not.
      const response = new Response(mounted.body, mounted);
      addCommonHeaders(response, requestId);
      return response;
    },
  };
}
