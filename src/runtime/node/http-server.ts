import { randomUUID } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { RestApp } from '../rest/app.ts';
import { commonHeaders, errorBody, errorResponse } from '../rest/error-response.ts';
import { PostedError } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { LogLimit } from '../shared/log-limit.ts';
import { createStderrLog } from '../shared/stderr-log.ts';

export interface ServerOptions {
  readonly app: RestApp;
  /** Handles requests that are not for the app; false for the others. */
  readonly handleRequest?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Where failures outside the app are logged. Default: errors on standard error; `silentLog` turns that off. */
  readonly log?: Log;
  /** How long the headers of a request may take to arrive. Default: 10 s. */
  readonly headersTimeoutMs?: number;
  /** How long a whole request may take to arrive. Default: 20 s. */
  readonly requestTimeoutMs?: number;
}

/** Longer than the 60 s of common proxies, so that none of them sends a request on a connection that is being closed. */
const keepAliveTimeoutMs = 65_000;

/** The largest request line and headers, in bytes. */
const maxHeaderBytes = 16_384;

/** How long a client may continue to send after its request was refused, before the connection is destroyed. */
const lingerMs = 500;

/**
 * Creates the HTTP server, which does not listen yet. WebSocket upgrades go to the listeners of 'upgrade'. Requests for
 * other upgrades, such as the h2c of Java's client, and those of HTTP/1.0 are served as if they had not asked (RFC 9110 section 7.8).
 */
export function createServer(options: ServerOptions): Server {
  const { app, handleRequest, log = createStderrLog() } = options;
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 20_000 } = options;
  const failures = new LogLimit(log);
  const listener = getRequestListener((request, node) => app.fetch(request, node), {
    // For HTTP/1.0, which does not require Host.
    hostname: 'localhost',
    errorHandler: (thrown) => answerFailure(thrown, failures),
  });
  const server: Server = createHttpServer({
    maxHeaderSize: maxHeaderBytes,
    // Otherwise Node silently keeps the first of two equal headers, such as two tokens, instead of letting us refuse them.
    joinDuplicateHeaders: true,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(headersTimeoutMs, requestTimeoutMs) / 4,
    shouldUpgradeCallback: ({ headers, httpVersion }) =>
      headers.upgrade?.toLowerCase() === 'websocket' &&
      httpVersion !== '1.0' &&
      server.listenerCount('upgrade') > 0,
  });
  server.on('request', (request, response) => {
    if (handleRequest?.(request, response) !== true) void listener(request, response);
  });
  server.on('clientError', answerMalformedRequest);
  return server;
}

/** Answers a request that did not reach the app, or that failed outside of it. */
function answerFailure(thrown: unknown, failures: LogLimit): Response {
  const requestId = randomUUID();
  const error =
    thrown instanceof RequestError
      ? new PostedError('invalid_request', 'The request target or the header Host is not valid.')
      : PostedError.from(thrown);
  if (error.code === 'internal') {
    const fields = { requestId, err: error.cause ?? error };
    failures.write('error', { operation: 'none' }, fields, 'a request failed');
  }
  return errorResponse(error, requestId);
}

/**
 * Answers what Node cannot parse ('clientError' of node:http), and closes the connection, because the start of the next
 * request is unknown.
 */
function answerMalformedRequest(thrown: Error & { readonly code?: string }, socket: Duplex): void {
  // The client is gone, or was answered: Node reports every further chunk.
  if (!socket.writable) return;
  const { status, error } = describeMalformed(thrown.code);
  const requestId = randomUUID();
  const body = errorBody(error, requestId);
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...commonHeaders(requestId),
    Connection: 'close',
  };
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${body}`);
  // Closing a connection with unread input at once would reset it, and the reset may overtake the response.
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

function describeMalformed(code: string | undefined): {
  readonly status: number;
  readonly error: PostedError;
} {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const message = `The headers must not be larger than ${maxHeaderBytes} bytes.`;
      return { status: 431, error: new PostedError('too_large', message) };
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        error: new PostedError('invalid_request', 'The request did not arrive in time.'),
      };
    default:
      return { status: 400, error: new PostedError('invalid_request', 'The request is not valid HTTP/1.1.') };
  }
}
