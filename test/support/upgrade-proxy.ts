import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy of a test, in front of a server. */
export interface UpgradeProxy {
  readonly url: string;
  /** Whether it answers upgrades with 403 instead of passing them on. */
  blocks: boolean;
  /** How many upgrades it has blocked and passed on. */
  readonly blocked: number;
  readonly passed: number;
}

/** Starts a proxy that speaks HTTP and can block upgrades. */
export async function startUpgradeProxy(serverUrl: string): Promise<UpgradeProxy> {
  const { hostname, port } = new URL(serverUrl);
  const counts = { blocked: 0, passed: 0 };
  const http = createServer((received, response) => {
    const { method, url, headers } = received;
    const upstream = request({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.on('error', () => response.destroy()).pipe(response);
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    received.pipe(upstream);
  });
  const sockets = new Set<Socket>();
  http.on('upgrade', ({ url, rawHeaders }, socket: Socket) => {
    socket.on('error', () => {});
    if (proxy.blocks) {
      counts.blocked += 1;
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    counts.passed += 1;
    const upstream = connect(Number(port), hostname);
    sockets.add(upstream);
    const lines = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    upstream.write(`GET ${url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.pipe(socket).pipe(upstream);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    http.closeAllConnections();
    http.close();
  });
  const proxy = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    blocks: true,
    get blocked() {
      return counts.blocked;
    },
    get passed() {
      return counts.passed;
    },
  };
  return proxy;
}
