import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Starts a load balancer, which passes each connection to the next node that accepts it, until the test ends. */
export async function startBalancer(nodes: readonly string[]): Promise<string> {
  const ports = nodes.map((url) => Number(new URL(url).port));
  const open = new Set<Socket>();
  let turn = 0;

  function track(socket: Socket, other: Socket): void {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      open.delete(socket);
      other.destroy();
    });
  }

  function pass(client: Socket, first: number, tried: number): void {
    if (tried === ports.length) {
      client.destroy();
      return;
    }
    const upstream = connect(ports[(first + tried) % ports.length] ?? 0, '127.0.0.1');
    const next = () => pass(client, first, tried + 1);
    upstream.once('error', next);
    upstream.once('connect', () => {
      upstream.off('error', next);
      track(client, upstream);
      track(upstream, client);
      client.pipe(upstream).pipe(client);
    });
  }

  const server = createServer((client) => {
    client.on('error', () => {});
    pass(client, turn, 0);
    turn += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
