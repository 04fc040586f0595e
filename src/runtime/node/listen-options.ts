import type { DurableChannels } from '../log/delivery/durable-channels.ts';
import type { Connection } from '../server/handlers.ts';

/** `off`: /metrics is served nowhere. */
export type MetricsPort = number | 'same' | 'off';

/** How a process serves. All options have defaults. */
export interface ListenOptions {
  /** The address to listen on. Default: 127.0.0.1, which other machines cannot reach; 0.0.0.0 means all addresses. */
  readonly host?: string;
  /** Default: 8080; 0 picks a free port. */
  readonly port?: number;
  /**
   * The port of `host` for /metrics, and nothing else; 0 picks a free one. Default: `same`, on `port` with everything else,
   * for everyone who reaches it.
   */
  readonly metricsPort?: MetricsPort;
  /**
   * How many processes share the port. With more than one, the whole script runs again in each of them, and this process
   * only starts, replaces and stops them: its `listen` resolves once all of them serve. `isPrimary` of node:cluster tells
   * them apart. Default: 1.
   */
  readonly workers?: number;
  /**
   * Whether SIGINT and SIGTERM stop the server and end the process: with exit code 0, or with 1 if a step of the shutdown
   * failed. A second signal ends it immediately. Default: true; false is for tests, and for servers within other programs.
   */
  readonly signals?: boolean;
  /** How long a shutdown keeps serving while /readyz fails, so that load balancers notice. Default: 0. */
  readonly drainMs?: number;
  /** The time limit for a shutdown, after which remaining connections are cut. Default: 10,000. */
  readonly shutdownTimeoutMs?: number;
  /**
   * The time over which a shutdown closes the connections one after the other. Default: 0, all at once; with durable
   * messages in a log that other servers may serve, `delivery.byeSpreadMs`.
   */
  readonly closeSpreadMs?: number;
  /**
   * Called in a shutdown after the active requests were answered and before connections are closed, to deliver what the
   * requests have caused.
   */
  readonly requestsFinished?: () => void | Promise<void>;
  /**
   * Called right before a shutdown closes each connection; messages that it sends are still delivered. `leftMs` is how
   * much of `shutdownTimeoutMs` was left when the first connection was closed.
   */
  readonly beforeClose?: (connection: Connection, leftMs: number) => void;
  /** Resolves with the cause if the application cannot continue. The server then stops, and the exit code is 1. */
  readonly failure?: Promise<Error>;
  /**
   * Disposed of last, and if the server cannot start: databases, files, timers. The primary of several workers, which
   * does not serve, disposes of its own before they start.
   */
  readonly resources?: AsyncDisposable;
}

type Defaulted =
  | 'host'
  | 'port'
  | 'metricsPort'
  | 'workers'
  | 'signals'
  | 'drainMs'
  | 'shutdownTimeoutMs'
  | 'closeSpreadMs';

export type ResolvedListenOptions = ListenOptions & Required<Pick<ListenOptions, Defaulted>>;

/** With the steps of a server with durable messages, whose shutdown delivers everything that the log has. */
export function resolveListenOptions(
  options: ListenOptions,
  durable: DurableChannels | null,
): ResolvedListenOptions {
  if (durable === null) return { ...defaults, ...options };
  return {
    ...defaults,
    closeSpreadMs: durable.closeSpreadMs,
    ...options,
    async requestsFinished() {
      await options.requestsFinished?.();
      await durable.applied();
    },
    beforeClose(connection, leftMs) {
      options.beforeClose?.(connection, leftMs);
      durable.sendBye(connection, leftMs);
    },
  };
}

const defaults: Pick<ResolvedListenOptions, Defaulted> = {
  host: '127.0.0.1',
  port: 8080,
  metricsPort: 'same',
  workers: 1,
  signals: true,
  drainMs: 0,
  shutdownTimeoutMs: 10_000,
  closeSpreadMs: 0,
};
