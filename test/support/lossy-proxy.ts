import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy in front of a server that does not notice lost connections, as after a change of the client's network. */
export interface LossyProxy {
  readonly url: string;
  /** Ends all connections for the clients only. */
  lose(): void;
  /** Holds back what the next client sends. Returns a function that passes it on, even if the client has gone. */
  holdNext(): () => void;
  /** The bytes that the server has sent since then on lost connections, and on connections whose input is held back. */
  lostOutput(): string;
}

/** It is closed at the end of the test. */
export async function openLossyProxy(serverUrl: string): Promise<LossyProxy> {
  const { hostname: host, port } = new URL(serverUrl);
  const links: { readonly client: Socket; readonly upstream: Socket }[] = [];
  const lost: Buffer[] = [];
  let holdNext: Promise<void> | null = null;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    links.push({ client, upstream });
    if (holdNext === null) client.pipe(upstream);
    else void passLater(client, upstream, holdNext);
    holdNext = null;
    upstream.pipe(client);
  });

  async function passLater(client: Socket, upstream: Socket, released: Promise<void>): Promise<void> {
    const sent: Buffer[] = [];
    client.on('data', (bytes: Buffer) => sent.push(bytes));
    await released;
    discard(upstream);
    upstream.write(Buffer.concat(sent));
  }

  function discard(upstream: Socket): void {
    upstream.on('data', (bytes: Buffer) => lost.push(bytes)).resume();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const { client, upstream } of links) {
      client.destroy();
      upstream.destroy();
    }
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose() {
      for (const { client, upstream } of links) {
        if (client.destroyed) continue;
        client.unpipe(upstream);
        upstream.unpipe(client);
        discard(upstream);
        client.resetAndDestroy();
      }
    },
    holdNext() {
      const { promise, resolve } = Promise.withResolvers<void>();
      holdNext = promise;
      return resolve;
    },
    lostOutput: () => Buffer.concat(lost).toString('latin1'),
  };
}
