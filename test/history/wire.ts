import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where a client connects instead of to the server: what goes wrong between two machines happens here. */
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

export interface WireOptions {
  /** The server's, on the loopback interface. */
  readonly port: number;
  /** Called before the server learns of a connection; what it returns is called after its last byte. */
  readonly onLink: () => () => void;
}

interface Link {
  /** To the client. */
  readonly near: Socket;
  /** To the server. */
  readonly far: Socket;
}

export async function openWire({ port, onLink }: WireOptions): Promise<Wire> {
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
    const unlinked = onLink();
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
      unlinked();
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
