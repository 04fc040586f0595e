import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where a client connects instead of to a server: what goes wrong between two machines happens here. */
export interface Wire {
  /** On the loopback interface. */
  readonly port: number;
  /** Breaks every connection at once, and lets none be made for that time. */
  drop(forMs: number): void;
  /** Takes nothing from the server for that time, so that what it sends piles up at its side. */
  freeze(forMs: number): void;
  /** Ends every drop and every freeze. */
  heal(): void;
  close(): Promise<void>;
}

/** Where one connection leads. */
export interface Route {
  /** The server's, on the loopback interface. */
  readonly port: number;
  /** Called after the last byte. */
  readonly ended: () => void;
}

interface Link {
  /** To the client. */
  readonly near: Socket;
  /** To the server. */
  readonly far: Socket;
}

/** `route` is asked for each connection, before a server learns of it. */
export async function openWire(route: () => Route): Promise<Wire> {
  const links = new Set<Link>();
  let downUntilMs = 0;
  let frozenUntilMs = 0;
  let thawing: NodeJS.Timeout | undefined;

  const server = createServer({ noDelay: true }, (near) => {
    near.on('error', () => near.destroy());
    if (performance.now() < downUntilMs) {
      near.resetAndDestroy();
      return;
    }
    const { port, ended } = route();
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    const link = { near, far };
    links.add(link);
    near.pipe(far);
    if (performance.now() >= frozenUntilMs) far.pipe(near);
    far.on('error', () => far.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => {
      near.destroy();
      links.delete(link);
      ended();
    });
  });

  function breakAll(): void {
    for (const { near, far } of links) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  function thaw(): void {
    clearTimeout(thawing);
    frozenUntilMs = 0;
    // Without the first, a link that was never frozen would send everything twice.
    for (const { near, far } of links) far.unpipe(near).pipe(near);
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
      for (const { near, far } of links) far.unpipe(near);
      clearTimeout(thawing);
      thawing = setTimeout(thaw, frozenUntilMs - performance.now());
    },
    heal() {
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
