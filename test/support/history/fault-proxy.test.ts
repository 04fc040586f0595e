import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFaultProxy } from './fault-proxy.ts';

const oneHourMs = 3_600_000;

/** An echo server and a proxy to it. Both are closed after the test. */
async function openEchoProxy() {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const links: string[] = [];
  const proxy = await openFaultProxy(() => {
    links.push('begun');
    return {
      port: (server.address() as AddressInfo).port,
      ended: () => void links.push('ended'),
    };
  });
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return { proxy, links };
}

interface TestConnection {
  readonly socket: Socket;
  /** The text received so far. */
  readonly received: () => string;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
}

function open(port: number): TestConnection {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => void socket.on('close', () => resolve()));
  return { socket, received: () => received, closed };
}

async function echo(connection: TestConnection, text: string): Promise<void> {
  connection.socket.write(text);
  await expect.poll(connection.received).toBe(text);
}

describe('a fault proxy', () => {
  it('forwards data in both directions and reports connections', async () => {
    const { proxy, links } = await openEchoProxy();
    const connection = open(proxy.port);
    await echo(connection, 'hello');
    expect(links).toEqual(['begun']);
    proxy.drop(0);
    await connection.closed;
    await expect.poll(() => links).toEqual(['begun', 'ended']);
  });

  it('refuses connections after a drop until it is restored', async () => {
    const { proxy, links } = await openEchoProxy();
    proxy.drop(oneHourMs);
    await open(proxy.port).closed;
    expect(links).toEqual([]);
    proxy.restore();
    await echo(open(proxy.port), 'hello');
  });

  it('holds back the server’s data while it is frozen, without losing any', async () => {
    const { proxy, links } = await openEchoProxy();
    const early = open(proxy.port);
    await echo(early, 'one');
    proxy.freeze(oneHourMs);
    const late = open(proxy.port);
    await expect.poll(() => links.length).toBe(2);
    for (const { socket } of [early, late]) socket.write('two');
    // Once another proxy has echoed the same text, this one would have, too.
    const free = await openEchoProxy();
    await echo(open(free.proxy.port), 'two');
    expect([early.received(), late.received()]).toEqual(['one', '']);
    proxy.restore();
    await expect.poll(() => [early.received(), late.received()]).toEqual(['onetwo', 'two']);
  });

  it('passes nothing in either direction while it is cut, and everything afterwards', async () => {
    const { proxy } = await openEchoProxy();
    const early = open(proxy.port);
    await echo(early, 'one');
    proxy.cut(oneHourMs);
    const late = open(proxy.port);
    for (const { socket } of [early, late]) socket.write('two');
    const free = await openEchoProxy();
    await echo(open(free.proxy.port), 'two');
    expect([early.received(), late.received()]).toEqual(['one', '']);
    proxy.restore();
    await expect.poll(() => [early.received(), late.received()]).toEqual(['onetwo', 'two']);
  });

  it('recovers by itself when the time is over', async () => {
    const { proxy } = await openEchoProxy();
    const connection = open(proxy.port);
    proxy.freeze(50);
    proxy.cut(100);
    connection.socket.write('hello');
    await expect.poll(connection.received).toBe('hello');
  });
});
