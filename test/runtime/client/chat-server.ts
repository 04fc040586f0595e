import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { subprotocol } from '../../../src/runtime/shared/subprotocol.ts';

/** How a handshake is refused. */
interface RefusedWith {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Everything that the client receives before the connection ends. */
interface RawAnswer {
  readonly raw: string;
}

interface ChatServer {
  readonly url: string;
  /** Every handshake so far. */
  readonly handshakes: readonly IncomingMessage[];
  /** Resolves with the next connection that was not returned yet. */
  nextConnection(): Promise<WebSocket>;
}

export interface ChatServerOptions {
  /** Called for every handshake; 'ignore' sends no response. */
  readonly refuse?: (request: IncomingMessage) => RefusedWith | RawAnswer | 'ignore' | undefined;
  /** Handles all other requests. */
  readonly onRequest?: RequestListener;
}

/** A WebSocket server whose messages the test sends. It is closed at the end of the test. */
export async function startChatServer({ refuse, onRequest }: ChatServerOptions = {}): Promise<ChatServer> {
  const handshakes: IncomingMessage[] = [];
  const connections: WebSocket[] = [];
  const waiters: ((connection: WebSocket) => void)[] = [];
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has(subprotocol) && subprotocol,
  });
  // A client that cannot open a WebSocket asks over HTTP.
  const http = createServer(onRequest ?? ((_request, response) => response.writeHead(404).end()));
  const opened = new Set<Duplex>();
  http.on('upgrade', (request, socket, head) => {
    handshakes.push(request);
    opened.add(socket);
    const refusal = refuse?.(request);
    if (refusal === 'ignore') {
      // Reading is necessary to notice the end.
      socket.resume().on('end', () => socket.end());
      return;
    }
    if (refusal !== undefined && 'raw' in refusal) {
      socket.end(refusal.raw);
      return;
    }
    if (refusal !== undefined) {
      const headers = { 'Content-Length': String(Buffer.byteLength(refusal.body ?? '')), ...refusal.headers };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const statusAndHeaders = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${lines.join('')}\r\n`;
      socket.end(statusAndHeaders + (refusal.body ?? ''));
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const take = waiters.shift();
      if (take === undefined) connections.push(connection);
      else take(connection);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    for (const socket of opened) socket.destroy();
    http.close();
  });
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    handshakes,
    nextConnection() {
      const connection = connections.shift();
      return connection === undefined
        ? new Promise((resolve) => waiters.push(resolve))
        : Promise.resolve(connection);
    },
  };
}
