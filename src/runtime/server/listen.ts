import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { isIPv6 } from 'node:net';
import { errorCode, PostedError } from '../shared/errors.ts';
import type { ContractServer } from './contract-server.ts';

export interface ListenOptions {
  /** The address to listen on. Default: 127.0.0.1, which other machines cannot reach; 0.0.0.0 means all addresses. */
  readonly host?: string;
  /** Default: 8080; 0 picks a free port. */
  readonly port?: number;
}

export interface Listening {
  /** The URL for clients, without the address of a channel: `ws://127.0.0.1:8080`. */
  readonly url: string;
  /** Refuses new connections, closes the open ones, and terminates those that remain after `timeoutMs` (5,000). */
  close(timeoutMs?: number): Promise<void>;
}

/**
 * Serves a contract with an HTTP server of its own. A program that has an HTTP server already passes `handleUpgrade` to
 * its 'upgrade' event instead.
 *
 * Rejects with PostedError `unavailable` if it cannot listen on the address.
 */
export async function listen(
  server: ContractServer,
  { host = '127.0.0.1', port = 8080 }: ListenOptions = {},
): Promise<Listening> {
  const http = createServer(refusePlainHttp);
  http.on('upgrade', server.handleUpgrade);
  try {
    http.listen(port, host);
    await once(http, 'listening');
  } catch (cause) {
    const message = `Cannot listen on ${host}:${port} (${errorCode(cause)}). Choose another host or port.`;
    throw new PostedError('unavailable', message, { cause });
  }
  const address = http.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `ws://${isIPv6(host) ? `[${host}]` : host}:${actualPort}`,
    async close(timeoutMs = 5_000) {
      const closed = once(http, 'close');
      http.close();
      await server.shutdown(timeoutMs);
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Responds with 426 (RFC 9110 section 15.5.22). */
const refusePlainHttp: RequestListener = (_request, response) => {
  const id = randomUUID();
  const body = {
    message: 'This server accepts only WebSocket connections: use ws:// instead of http://.',
    request_id: id,
    code: 'invalid_request',
  };
  response.writeHead(426, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Request-Id': id,
    Upgrade: 'websocket',
    Connection: 'Upgrade, close',
  });
  response.end(JSON.stringify(body));
};
