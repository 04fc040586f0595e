import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { isIPv6 } from 'node:net';
import { errorCode, PostedError } from '../shared/errors.ts';
import type { ContractServer } from './server.ts';

export interface ListenOptions {
  /** The address to listen on. Default: 127.0.0.1, which other machines cannot reach; 0.0.0.0 is every address. */
  readonly host?: string;
  /** 0 picks a free one. Default: 8080. */
  readonly port?: number;
}

export interface Listening {
  /** What clients connect to, without the address of a channel: `ws://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more connections, closes the open ones, and cuts what has not ended after `timeoutMs` (5,000). */
  close(timeoutMs?: number): Promise<void>;
}

/**
 * Gives a contract server an HTTP server of its own, for programs that serve nothing else. Those that do pass
 * `handleUpgrade` to the 'upgrade' event of theirs.
 *
 * Rejects with PostedError `unavailable` where the address cannot be listened on.
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
    const message = `${host}:${port} cannot be listened on (${errorCode(cause)}): name another host or port.`;
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

/** RFC 9110 section 15.5.22: the answer to requests that would be served after an upgrade. */
const refusePlainHttp: RequestListener = (_request, response) => {
  const id = randomUUID();
  const body = {
    message: 'Only WebSocket is spoken here: connect with ws instead of http.',
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
