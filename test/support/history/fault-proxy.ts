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
  /** Passes nothing in either direction for that time, and then everything, as TCP does after lost packets. */
  cut(forMs: number): void;
  /** Ends all drops, freezes and cuts. */
  restore(): void;
  close(): Promise<void>;
}

/** The target of a connection. */
export interface Route {
  /** Default: the loopback interface. */
  readonly host?: string;
  readonly port: number;
  /** Called after the last byte. */
  readonly ended?: () => void;
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
  let cutUntilMs = 0;
  let thawing: NodeJS.Timeout | undefined;

  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    if (performance.now() < downUntilMs) {
      client.resetAndDestroy();
      return;
    }
    const { host = '127.0.0.1', port, ended = () => {} } = route();
    const upstream = connect({ port, host, noDelay: true });
    const link = { client, upstream };
    links.add(link);
    passData(link);
    upstream.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      client.destroy();
      links.delete(link);
      ended();
    });
  });

  function passData({ client, upstream }: Link): void {
    // Without `unpipe`, a link that was never frozen would be piped twice.
    client.unpipe(upstream);
    upstream.unpipe(client);
    const nowMs = performance.now();
    if (nowMs >= cutUntilMs) client.pipe(upstream);
    if (nowMs >= Math.max(cutUntilMs, frozenUntilMs)) upstream.pipe(client);
  }

  /** Applies the faults to all links, until none is left. */
  function update(): void {
    clearTimeout(thawing);
    for (const link of links) passData(link);
    const nowMs = performance.now();
    const endsMs = [cutUntilMs, frozenUntilMs].filter((untilMs) => untilMs > nowMs);
    if (endsMs.length > 0) thawing = setTimeout(update, Math.ceil(Math.min(...endsMs) - nowMs));
  }

  function breakAll(): void {
    for (const { client, upstream } of links) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
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
      update();
    },
    cut(forMs) {
      cutUntilMs = Math.max(cutUntilMs, performance.now() + forMs);
      update();
    },
    restore() {
      [downUntilMs, frozenUntilMs, cutUntilMs] = [0, 0, 0];
      update();
    },
    async close() {
      clearTimeout(thawing);
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
