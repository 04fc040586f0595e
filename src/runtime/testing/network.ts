import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Wake } from '../client/platform.ts';
import type { Principal } from '../server/handlers.ts';
import { knowPrincipal } from '../server/handshake/known-principals.ts';
import { createSocketPair } from './socket-pair.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Connects clients to a server without a network: Node's HTTP server parses what the client writes to a pair of sockets
 * in memory. No port is opened.
 */
export class Network {
  readonly #users = new WeakMap<Duplex, Principal>();
  readonly #links = new Set<Link>();
  /** Null while no server runs. */
  #http: Server | null = null;

  /** Starts to accept connections. */
  open(handleUpgrade: UpgradeHandler): void {
    this.#http = createServer((_request, response) => response.writeHead(426).end());
    this.#http.on('upgrade', (request, socket, head) => {
      const user = this.#users.get(socket);
      if (user !== undefined) knowPrincipal(request, user);
      handleUpgrade(request, socket, head);
    });
    for (const link of this.#links) link.retry();
  }

  /** Refuses new connections. */
  close(): void {
    this.#http = null;
  }

  /** A link for one client. */
  createLink(user: Principal | undefined): Link {
    const link = new Link(
      () => this.#connect(user),
      () => this.#http !== null,
    );
    this.#links.add(link);
    return link;
  }

  /** @throws ConnectError if no server runs */
  #connect(user: Principal | undefined): readonly [Duplex, Duplex] {
    if (this.#http === null) throw new ConnectError('The server is not running.');
    const [near, far] = createSocketPair();
    if (user !== undefined) this.#users.set(far, user);
    this.#http.emit('connection', far);
    return [near, far];
  }
}

/** An attempt failed because of the network, and not because of the server. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/** The network between one client and the server. */
export class Link {
  readonly #createPair: () => readonly [Duplex, Duplex];
  readonly #sockets = new Set<Duplex>();
  readonly #listeners = new Set<(wake: Wake) => void>();
  readonly #isServed: () => boolean;
  #isUp = true;

  constructor(createPair: () => readonly [Duplex, Duplex], isServed: () => boolean) {
    this.#createPair = createPair;
    this.#isServed = isServed;
  }

  /** Whether `connect` works. */
  get isAvailable(): boolean {
    return this.#isUp && this.#isServed();
  }

  /** @throws ConnectError if the link is down, or no server runs */
  connect(): Duplex {
    if (!this.#isUp) throw new ConnectError('The client is offline.');
    const pair = this.#createPair();
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    return pair[0];
  }

  /** Loses the connection, without a close frame, and all that is in flight. */
  goDown(): void {
    this.#isUp = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  comeUp(): void {
    this.#isUp = true;
    this.retry();
  }

  /** Tells a client that waits for its next attempt that the network is available. */
  retry(): void {
    for (const listener of this.#listeners) listener('page');
  }

  /** See `Platform.onWake`. */
  readonly onWake = (listener: (wake: Wake) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}
