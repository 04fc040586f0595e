import { setTimeout as wait } from 'node:timers/promises';
import { atMost } from '../../shared/at-most.ts';
import { SocketTracker } from './socket-tracker.ts';

/** Ends a connection, with the cause. */
export type OnLost = (cause: unknown) => void;

/** A connection from its opening until it is lost. */
export interface Lifetime {
  /** May be called repeatedly, and during the opening. */
  readonly onLost: OnLost;
  /** Once aborted, the connection is no longer used, whatever its state, and its sockets are destroyed. */
  readonly signal: AbortSignal;
  readonly sockets: SocketTracker;
}

export interface ReconnectorOptions<Connection> {
  /** The name of what is connected to, for the cause of a failure. */
  readonly engine: string;
  /** Opens a connection. May never settle if the engine hangs. */
  readonly open: (lifetime: Lifetime) => Promise<Connection>;
  /** Begins to use a connection. */
  readonly opened: (connection: Connection, lifetime: Lifetime) => void;
  /** The connection that was opened last is not used any more. */
  readonly ended: () => void;
  /** Closes a connection in an orderly way. May never settle if the engine hangs. */
  readonly close: (connection: Connection) => Promise<void>;
  /** Called after every connection that was lost or could not be opened. */
  readonly failed: (cause: unknown) => void;
}

const retryMs = { first: 100, max: 5000 };

const connectTimeoutMs = 5000;
export const closeTimeoutMs = 1000;

/** One connection at a time, which is never repaired: whatever happens to it, it is replaced. */
export class Reconnector<Connection> {
  readonly #options: ReconnectorOptions<Connection>;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: ReconnectorOptions<Connection>) {
    this.#options = options;
  }

  /** Connects, and reconnects whenever the connection is lost, until `close`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves once nothing keeps the process alive anymore, after a second at most. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = retryMs.first; !signal.aborted; ) {
      const startMs = performance.now();
      const cause = await this.#useConnection();
      if (signal.aborted) return;
      this.#options.failed(cause);
      const wasStable = performance.now() - startMs > retryMs.max;
      waitMs = wasStable ? retryMs.first : Math.min(waitMs * 2, retryMs.max);
      // Random, so that servers that lost the same engine do not all return at the same moment.
      await wait(waitMs * Math.random(), undefined, { signal }).catch(() => {});
    }
  }

  /** Opens a connection and uses it until it is lost. Resolves with the cause. */
  async #useConnection(): Promise<unknown> {
    const { engine, opened, ended, close } = this.#options;
    const { promise: lost, resolve: onLost } = Promise.withResolvers<unknown>();
    const ending = new AbortController();
    const lifetime: Lifetime = { onLost, signal: ending.signal, sockets: new SocketTracker() };
    this.#closing.signal.addEventListener('abort', onLost, { signal: ending.signal });
    let cause: unknown;
    try {
      const connection = await this.#open(lifetime, lost);
      opened(connection, lifetime);
      cause = await lost;
      ended();
      // A lost connection cannot be closed in an orderly way.
      if (this.#closing.signal.aborted) await atMost(closeTimeoutMs, close(connection));
    } catch (thrown) {
      cause = new Error(`${engine} cannot be used at this address`, { cause: thrown });
    }
    ending.abort();
    lifetime.sockets.destroy();
    return cause;
  }

  /** Rejects if the connection is lost while it is opened, or is not open in time. */
  async #open(lifetime: Lifetime, lost: Promise<unknown>): Promise<Connection> {
    const timeout = new Error(`no answer within ${connectTimeoutMs / 1000} s`);
    const timer = setTimeout(lifetime.onLost, connectTimeoutMs, timeout);
    try {
      const opening = lifetime.sockets.track(() => this.#options.open(lifetime));
      return await Promise.race([opening, lost.then((cause) => Promise.reject(cause))]);
    } finally {
      clearTimeout(timer);
    }
  }
}
