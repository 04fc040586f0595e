import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';

/** A plain ws client that records the messages it receives. */
export interface TestClient {
  readonly webSocket: WebSocket;
  /** The text of each message, in order. */
  readonly received: string[];
  /** Resolves with the first `count` messages as soon as they have arrived. */
  take(count: number): Promise<readonly string[]>;
  /** Resolves when the connection has closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export interface Refused {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

function open(url: string, options: ClientOptions & { readonly protocols?: string[] }): WebSocket {
  const { protocols = [], ...rest } = options;
  const webSocket = new WebSocket(url, protocols, rest);
  onTestFinished(() => webSocket.terminate());
  return webSocket;
}

export function bearer(token: string): { readonly headers: { readonly Authorization: string } } {
  return { headers: { Authorization: `Bearer ${token}` } };
}

/** Opens a connection, or rejects with the error of ws. */
export async function connectClient(
  url: string,
  options: ClientOptions & { readonly protocols?: string[] } = {},
): Promise<TestClient> {
  const webSocket = open(url, options);
  const received: string[] = [];
  const waiting: (() => void)[] = [];
  webSocket.on('message', (data: Buffer) => {
    received.push(data.toString());
    for (const wake of waiting.splice(0)) wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(webSocket, 'open');
  webSocket.on('error', () => {});
  return {
    webSocket,
    received,
    closed,
    async take(count) {
      while (received.length < count) await new Promise<void>((resolve) => void waiting.push(resolve));
      return received.slice(0, count);
    },
  };
}

/** Resolves with the server's refusal of a handshake; rejects if it accepts. */
export async function refusedHandshake(
  url: string,
  options: ClientOptions & { readonly protocols?: string[] } = {},
): Promise<Refused> {
  const webSocket = open(url, options);
  return await new Promise((resolve, reject) => {
    webSocket.on('open', () => reject(new Error('the handshake was accepted')));
    webSocket.on('error', reject);
    webSocket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: JSON.parse(Buffer.concat(chunks).toString()),
        });
      });
    });
  });
}

/** Writes bytes to a port and resolves with everything received until the server closes the connection. */
export async function exchangeRaw(port: number, ...chunks: readonly (string | Buffer)[]): Promise<Buffer> {
  const socket = await connectRaw(port);
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  for (const chunk of chunks) socket.write(chunk);
  await once(socket, 'close');
  return Buffer.concat(received);
}

export async function connectRaw(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Formats the request of a valid handshake (RFC 6455 section 1.2), for tests that write to a raw socket. */
export function handshakeRequest(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const headerLines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${headerLines.join('')}\r\n`;
}
