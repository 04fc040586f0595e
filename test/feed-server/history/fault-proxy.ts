import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a server that simulates network failures. */
export interface FaultProxy {
  /** The port on the loopback interface. */
  readonly port: number;
  /** Resets all connections, and refuses new ones for that time. */
  drop(forMs: number): void;
  /** Reads nothing from the server for that time, so that its output is buffered on its side. */
  freeze(forMs: number): void;
  /** Ends all drops and freezes. */
  restore(): void;
  close(): Promise<void>;
}

/** The target of a connection. */
export interface Route {
  /** The server's port on the loopback interface. */
  readonly port: number;
  /** Called after the last byte. */
  readonly ended: () => void;
}

interface Link {
  readonly client: Socket;
  /** The connection to the server. */
  readonly upstream: Socket;
}

/** `route` is called for each connection before it is forwarded to a server. */
export async function openFaultProxy(route: () => Route): Promise<FaultProxy> {
  const links = new Set<Link>();
  let downUntilMs = 0;
  let frozenUntilMs = 0;
  let thawing: NodeJS.Timeout | undefined;

  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    if (performance.now() < downUntilMs) {
      client.resetAndDestroy();
      return;
    }
    const { port, ended } = route();
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    const link = { client, upstream };
    links.add(link);
    client.pipe(upstream);
    if (performance.now() >= frozenUntilMs) upstream.pipe(client);
    upstream.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      client.destroy();
      links.delete(link);
      ended();
    });
  });

  function breakAll(): void {
    for (const { client, upstream } of links) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  function thaw(): void {
    clearTimeout(thawing);
    frozenUntilMs = 0;
    // Without `unpipe`, a link that was never frozen would be piped twice.
    for (const { client, upstream } of links) upstream.unpipe(client).pipe(client);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    drop(forMs) {
      downUntilMs = Math.max(downUntilMs, performance.now() + forMs);
      breakAll();
    },
    freeze(forMs) {
      frozenUntilMs = Math.max(frozenUntilMs, performance.now() + forMs);
      for (const { client, upstream } of links) upstream.unpipe(client);
      clearTimeout(thawing);
      thawing = setTimeout(thaw, frozenUntilMs - performance.now());
    },
    restore() {
      downUntilMs = 0;
      thaw();
    },
    async close() {
      clearTimeout(thawing);
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
