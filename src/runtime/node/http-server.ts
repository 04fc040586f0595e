import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type Server } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { NodeBindings, RestApp } from '../rest/app.ts';

import { commonHeaders, errorBody } from '../rest/error-response.ts';
import { PostedError } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { createStderrLog } from '../shared/stderr-log.ts';
import { answerClientError, maxHeaderBytes } from './client-error.ts';

export interface ServerOptions {
  readonly app: RestApp;
  /** Where failures around the app are logged. Default: errors on standard error; `silentLog` turns that off. */
  readonly log?: Log;
  /** How long the headers of a request may take to arrive. Default: 10 s. */
  readonly headersTimeoutMs?: number;
  /** How long a whole request may take to arrive. Default: 20 s. */
  readonly requestTimeoutMs?: number;
}

/** Longer than the 60 s of common proxies, so that none of them sends on a connection that is being closed. */
const keepAliveTimeoutMs = 65_000;

/**
 * The one HTTP server, not listening yet. Requests to upgrade to WebSocket go to whoever listens to
 * 'upgrade'; those to upgrade to something else (Java's client offers h2c) are served as if they did
 * not ask (RFC 9110 section 7.8).
 */
export function createServer(options: ServerOptions): Server {
  const { app, log = createStderrLog(), headersTimeoutMs = 10_000, requestTimeoutMs = 20_000 } = options;
  const listener = getRequestListener((request, node) => app.fetch(request, node as NodeBindings), {
    // For HTTP/1.0, in which Host is not required.
    hostname: 'localhost',
    errorHandler: (thrown) => lastResort(thrown, log),
  });
  const server: Server = createHttpServer({
    maxHeaderSize: maxHeaderBytes,
    // Else Node takes the first of two: what comes twice is to be seen, and refused where it means something.
    joinDuplicateHeaders: true,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(headersTimeoutMs, requestTimeoutMs) / 4,
    shouldUpgradeCallback: ({ headers }) =>
      headers.upgrade?.toLowerCase() === 'websocket' && server.listenerCount('upgrade') > 0,
  });
  server.on('request', (request, response) => void listener(request, response));
  server.on('clientError', answerClientError);
  return server;
}

/** For what never reached the app, or failed around it. */
function lastResort(thrown: unknown, log: Log): Response {
  const requestId = randomUUID();
  const error =
    thrown instanceof RequestError
      ? new PostedError('invalid_request', 'The request target or the header Host is not valid.')
      : PostedError.from(thrown);
  if (error.code === 'internal') log.error({ requestId, err: error.cause ?? error }, 'a request failed');
  return new Response(errorBody(error, requestId), {
    status: error.status,
    headers: { 'Content-Type': 'application/json', ...commonHeaders(requestId) },
  });
}
