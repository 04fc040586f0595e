import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startNode, until } from './nodes.ts';

/** Servers that may be at an address instead of the engine. Each test creates its own. */
const peers: Readonly<Record<string, () => Server>> = {
  'sends nothing': () => createServer((socket) => socket.resume()),
  'closes the connection': () => createServer((socket) => void socket.destroy()),
  'resets the connection at the first data': () =>
    createServer((socket) => void socket.once('data', () => socket.resetAndDestroy())),
  'sends garbage': () =>
    createServer((socket) => {
      socket.resume();
      socket.write(Buffer.alloc(70_000, 'A'));
    }),
  'speaks HTTP': () => createHttpServer((_request, response) => void response.end('hello')),
};

const urls = ['redis://', 'rediss://', 'amqp://', 'amqps://', 'kafka://', 'nats://', 'tls://'];

describe.each(Object.entries(peers))('a broker at an address that %s', (_title, makePeer) => {
  it('is down with a reason that names the engine but not the password, and leaves no connection', async () => {
    await Promise.all(
      urls.map(async (scheme) => {
        const { port, sockets } = await listen(makePeer());
        const node = await startNode(
          `${scheme}posted:hunter2@127.0.0.1:${port}${scheme === 'kafka://' ? '?sasl=plain' : ''}`,
        );
        await until(() => node.logged.length > 0);
        expect(node.logged).toHaveLength(1);
        const { level, fields } = node.logged[0] ?? {};
        expect(level).toBe('warn');
        expect(fields?.cause).toMatch(/^(redis|rabbitmq|kafka|nats) cannot be used at this address: \S/);
        expect(JSON.stringify(node.logged)).not.toContain('hunter2');
        await node.broker.close();
        await until(() => sockets.size === 0);
      }),
    );
  });

  it.each(urls)('closes without delay while it connects to %s', async (scheme) => {
    const { port, sockets, server } = await listen(makePeer());
    const connected = once(server, 'connection');
    const node = await startNode(`${scheme}127.0.0.1:${port}`);
    await connected;
    // Long before a client would give up on its own.
    const isClosed = node.broker.close().then(() => true);
    expect(await Promise.race([isClosed, wait(4000, false, { ref: false })])).toBe(true);
    await until(() => sockets.size === 0);
  });
});

/** Lets a server listen until the test ends, and tracks its open connections. */
async function listen(
  server: Server,
): Promise<{ server: Server; port: number; sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port, sockets };
}
