import { METHODS } from 'node:http';
import { type Context, Hono } from 'hono';
import type { Audit, AuditEntry } from '../shared/audit.ts';
import { clientNetwork } from '../shared/client-network.ts';
import { PostedError } from '../shared/errors.ts';
import { checkNames, type LimitsByName } from '../shared/limits/limit.ts';
import { type Limiter, memoryLimiter } from '../shared/limits/limiter.ts';
import type { Log } from '../shared/log.ts';
import { LogLimit } from '../shared/log-limit.ts';
import { type OriginPolicy, originPolicy } from '../shared/origin.ts';
import { createStderrLog } from '../shared/stderr-log.ts';
import { TrustedProxies } from '../shared/trusted-proxies.ts';
import { successesOf } from './create-response.ts';
import { createCrossOrigin } from './cross-origin.ts';
import { addCommonHeaders, type ErrorForm, errorResponse } from './error-response.ts';
import { type IncomingRequest, toIncoming } from './incoming-request.ts';
import { type Handler, type RestObserver, serveOperation } from './operation.ts';
import { OperationContext, requestIdOf } from './operation-context.ts';
import type { HandlersOf, OperationDescriptor, Operations, SecurityHooksOf } from './operation-handlers.ts';
import { idOf, operationLimits } from './operation-limits.ts';
import { codeOf, errorFormOf, requestHeadersOf, trustsCookies } from './operation-traits.ts';
import { byPrecedence, canonicalPath, compilePath } from './route-path.ts';
import { withDeadline } from './with-deadline.ts';

export interface RestAppOptions<Table extends Operations, Handlers> {
  /** The generated operations. */
  readonly operations: Table;
  /** One handler for each operation: generated `OperationHandlers<User>`, with any type of user. */
  readonly handlers: Handlers;
  readonly security: SecurityHooksOf<Table, Handlers>;
  readonly observer: RestObserver;
  /** Where failures are logged. Default: warnings and errors on standard error; `silentLog` turns that off. */
  readonly log?: Log;
  /** Receives an entry for each request of an operation, after it was answered. Default: none. */
  readonly audit?: Audit;
  /** The pages that may read responses, such as `['https://app.example']`. */
  readonly origins: OriginPolicy | readonly string[];
  /** The proxies in front of the server. Default: none. */
  readonly proxies?: TrustedProxies;
  readonly limits: RestLimits;
  /** How often clients may request operations, by operationId: instead of their `x-limits` in the contract. */
  readonly rateLimits?: LimitsByName<keyof Table & string>;
  /** What counts for them. Default: the memory of this process. */
  readonly limiter?: Limiter;
  /** Served for GET in addition to the contract, by path: health, metrics, documentation. */
  readonly mounts?: Readonly<Record<string, Mount>>;
  /** The application's names for these options, which the log mentions. */
  readonly settingNames?: { readonly origins?: string };
}

export interface RestLimits {
  /** The largest body of a request, in bytes. */
  readonly bodyBytes: number;
  /** How long a request may take before it is answered with 503, including the arrival of its body. Default: 30 s. */
  readonly timeoutMs?: number;
}

/** Its response gets `Cache-Control: no-store` unless it has that header. */
export type Mount = (request: Request) => Response | Promise<Response>;

export interface RestApp {
  /**
   * Never rejects because of a handler, and never waits for one longer than the limit. Without `node`, it serves a
   * request that did not come from a socket.
   */
  readonly fetch: (request: Request, node?: NodeBindings) => Response | Promise<Response>;
}

/** What the app gets besides the request: Node's own request, whose headers and body are read without a copy. */
export interface NodeBindings {
  readonly incoming: IncomingRequest;
}

/** The environment of Hono's contexts. */
interface RestEnv {
  Bindings: NodeBindings;
}

type RestContext = Context<RestEnv>;

interface Endpoint {
  /** The operationId, or 'none' if this is not an operation of the contract. */
  readonly operation: string;
  /** Adds the user to the context once its credentials are accepted. */
  readonly serve: (c: RestContext, context: OperationContext) => Promise<Response>;
  readonly errors?: ErrorForm;
}

interface Route extends Endpoint {
  readonly method: string;
  /** In Hono's syntax. */
  readonly pattern: string;
}

type Answer = (endpoint: Endpoint, c: RestContext) => Promise<Response>;

type AnswerOptions = Pick<
  RestAppOptions<Operations, never>,
  'operations' | 'observer' | 'log' | 'audit' | 'origins' | 'proxies' | 'limits' | 'settingNames'
>;

/** A request that is being answered. */
interface Call {
  readonly context: OperationContext;
  outcome: AuditEntry['outcome'];
}

const defaultTimeoutMs = 30_000;

/**
 * Serves operations with their handlers.
 *
 * @throws Error if the operations cannot be served: two have the same method and path, a path cannot be routed, an
 * operation lacks a handler or a successful response, or a limit is of none of them
 */
export function createRestApp<const Table extends Operations, Handlers extends HandlersOf<Table, never>>(
  options: RestAppOptions<Table, Handlers>,
): RestApp {
  const { operations, mounts = {}, rateLimits = {} } = options;
  checkNames(rateLimits, Object.keys(operations));
  const app = new Hono<RestEnv>({ getPath: (request) => canonicalPath(request.url) });
  const answer = createAnswer(options);
  const routes = [
    ...Object.values(operations).map((operation) => operationRoute(operation, options)),
    ...Object.entries(mounts).map(([path, mount]) => mountRoute(path, mount)),
  ];
  addRoutes(app, routes, answer);
  app.notFound((c) => answer(notFound, c));
  // An endpoint's errors have been answered: this one occurred around it, and the HTTP server handles it.
  app.onError((thrown) => {
    throw thrown;
  });
  return { fetch: (request, node = { incoming: toIncoming(request) }) => app.fetch(request, node) };
}

/**
 * Wraps every request: gives it an id and a deadline, lets pages of allowed origins read the response, and reports the
 * outcome to the log, the observer and the audit. Of the request, only its id, its address and a foreign origin are logged.
 *
 * This is one function and not a chain of Hono's middleware, each of which would cost as much as a small handler.
 */
function createAnswer({
  operations,
  observer,
  log = createStderrLog(),
  audit,
  origins,
  proxies = new TrustedProxies(),
  limits: { timeoutMs = defaultTimeoutMs },
  settingNames = {},
}: AnswerOptions): Answer {
  const failures = new LogLimit(log);
  const crossOrigin = createCrossOrigin({
    policy: originPolicy(origins),
    contractHeaders: Object.values(operations).flatMap(({ responseHeaderNames = [] }) => responseHeaderNames),
    requestHeaders: Object.values(operations).flatMap(requestHeadersOf),
    failures,
    settingName: settingNames.origins,
  });

  async function respond(
    { operation, serve, errors }: Endpoint,
    c: RestContext,
    call: Call,
  ): Promise<Response> {
    const { requestId } = call.context;
    try {
      const work = serve(c, call.context);
      const response = await withDeadline(work, timeoutMs, (reason) => call.context.abort(reason));
      if (response.status >= 400) call.outcome = codeOf(response.status);
      return response;
    } catch (thrown) {
      const error = PostedError.from(thrown);
      call.outcome = error.code;
      if (error.code === 'internal') {
        const fields = { requestId, err: error.cause ?? error };
        failures.write('error', { operation }, fields, 'a request failed');
      }
      return errorResponse(error, requestId, c.env.incoming.headers.authorization, errors);
    } finally {
      call.context.answered();
    }
  }

  return async (endpoint, c) => {
    const startMs = performance.now();
    const { incoming } = c.env;
    const { origin } = incoming.headers;
    const requestId = requestIdOf(incoming.headers['x-request-id']);
    const address = proxies.addressOf(incoming);
    const context = new OperationContext(requestId, clientNetwork(address), incoming, c.req.raw);
    const call: Call = { context, outcome: 'ok' };
    const response =
      origin === undefined
        ? await respond(endpoint, c, call)
        : await crossOrigin(c, { origin, host: proxies.hostOf(incoming) }, requestId, () =>
            respond(endpoint, c, call),
          );
    const { status } = response;
    const durationMs = performance.now() - startMs;
    const { operation } = endpoint;
    observer.requestCompleted(operation, status, durationMs / 1000);
    // Probes and scanners would drown out the rest.
    const level = operation === 'none' ? 'debug' : 'info';
    log[level](
      { requestId, address, operation, status, durationMs: Math.round(durationMs * 1000) / 1000 },
      'request',
    );
    if (operation !== 'none') {
      audit?.({ user: idOf(call.context.user), requestId, operation, outcome: call.outcome, ms: durationMs });
    }
    return response;
  };
}

function operationRoute<Table extends Operations, Handlers extends HandlersOf<Table, never>>(
  operation: OperationDescriptor,
  options: RestAppOptions<Table, Handlers>,
): Route {
  const { handlers, security, observer, limits, rateLimits = {}, limiter = memoryLimiter } = options;
  const { operationId, method, path } = operation;
  const byId: Readonly<Record<string, Handler>> = handlers;
  const handler = byId[operationId]?.bind(handlers);
  if (handler === undefined) throw new Error(`The operation ${operationId} has no handler.`);
  const routePath = compilePath(path);
  const served = {
    operation,
    routePath,
    successes: successesOf(operation),
    bodyBytes: limits.bodyBytes,
    handler,
    security,
    limits: operationLimits(operation, rateLimits, limiter),
    observer,
  };
  return {
    method,
    pattern: routePath.pattern,
    operation: operationId,
    errors: errorFormOf(operation),
    serve: ({ env, req }, context) =>
      serveOperation(served, env.incoming, req, context, () => trustsCookies(options, env.incoming)),
  };
}

function mountRoute(path: string, mount: Mount): Route {
  return {
    method: 'GET',
    pattern: compilePath(path).pattern,
    operation: 'none',
    async serve(c, { requestId }) {
      const mounted = await mount(c.req.raw);
      // A copy, because the headers of some responses, such as Response.redirect(), are immutable.
      const response = new Response(mounted.body, mounted);
      addCommonHeaders(response, requestId);
      return response;
    },
  };
}

/** Adds the routes, and a 405 response for the other methods of their paths. */
function addRoutes(app: Hono<RestEnv>, routes: readonly Route[], answer: Answer): void {
  const byPattern = Map.groupBy(routes, ({ pattern }) => pattern);
  for (const pattern of [...byPattern.keys()].toSorted(byPrecedence)) {
    const group = byPattern.get(pattern) ?? [];
    for (const route of group) app.on(route.method, pattern, (c) => answer(route, c));
    const methods = new Set(group.map(({ method }) => method));
    if (methods.size < group.length) throw new Error(`Two routes have the same method and path: ${pattern}`);
    // Hono routes HEAD to GET.
    if (methods.has('GET')) methods.add('HEAD');
    const others = METHODS.filter((method) => !methods.has(method));
    const endpoint = methodNotAllowed([...methods]);
    app.on(others, pattern, (c) => answer(endpoint, c));
  }
}

function methodNotAllowed(methods: readonly string[]): Endpoint {
  return {
    operation: 'none',
    async serve(_c, { requestId }) {
      const message = `This path accepts only ${methods.join(' and ')}.`;
      const response = errorResponse(new PostedError('method_not_allowed', message), requestId);
      response.headers.set('Allow', methods.join(', '));
      return response;
    },
  };
}

const notFound: Endpoint = {
  operation: 'none',
  async serve() {
    throw new PostedError('not_found', 'There is nothing at this path.');
  },
};
