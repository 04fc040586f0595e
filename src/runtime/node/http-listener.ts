import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { errorCode } from '../shared/errors.ts';

/** How many connections may wait to be accepted, because all clients reconnect after a restart. The system may allow fewer. */
const backlog = 4096;

/** The application's names for these options, which errors mention. Default: the names of the options. */
export interface ListenSettingNames {
  readonly host?: string;
  readonly port?: string;
  readonly metricsPort?: string;
}

/**
 * Starts and stops an HTTP server that also has upgraded connections and event streams, which it does not close itself.
 */
export class HttpListener {
  readonly #http: Server;
  readonly #settingNames: ListenSettingNames;
  readonly #closed = Promise.withResolvers<void>();
  readonly #active = new Set<ServerResponse>();
  #onIdle: (() => void) | null = null;

  /** `http` must not listen yet, so that all requests are counted; and have a listener that knows event streams by then. */
  constructor(
    http: Server,
    settingNames: ListenSettingNames = {},
    isEventStream: (request: IncomingMessage) => boolean = () => false,
  ) {
    this.#http = http;
    this.#settingNames = settingNames;
    http.on('request', (request, response) => {
      if (isEventStream(request)) return;
      this.#active.add(response);
      response.on('close', () => {
        this.#active.delete(response);
        if (this.#active.size === 0) this.#onIdle?.();
      });
    });
  }

  /** Resolves when no connection is left after `finishRequests`, including upgraded ones and event streams. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Resolves with the URL, which has the chosen port if `port` is 0.
   *
   * @throws Error that names the setting to change
   */
  async listen(host: string, port: number): Promise<string> {
    try {
      this.#http.listen(port, host, backlog);
      await once(this.#http, 'listening');
    } catch (cause) {
      throw listenError(host, port, cause, this.#settingNames);
    }
    const address = this.#http.address();
    const chosenPort = typeof address === 'object' && address !== null ? address.port : port;
    return `http://${nameOf(host)}:${chosenPort}`;
  }

  /** Stops listening, and resolves when all requests are answered or after `timeoutMs`. */
  async finishRequests(timeoutMs: number): Promise<void> {
    // If it never listened, the callback gets an error.
    this.#http.close(() => this.#closed.resolve());
    if (this.#active.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#onIdle = resolve;
    await promise;
    clearTimeout(timer);
  }

  /** Answers no request any more. Only upgraded connections and event streams continue. */
  refuseRequests(): void {
    this.#http.removeAllListeners('request').on('request', ({ socket }) => socket.destroy());
    this.#http.closeIdleConnections();
    for (const { socket } of this.#active) socket?.destroy();
  }

  /** Closes all connections except upgraded ones. */
  closeConnections(): void {
    this.#http.closeAllConnections();
  }
}

/**
 * Finds a port that is free now. Workers that all listen on port 0 would share one too, but lose it if all of them die
 * at once.
 *
 * @throws Error that names the setting to change
 */
export async function freePort(host: string, settingNames: ListenSettingNames = {}): Promise<number> {
  const server = createServer().listen(0, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw listenError(host, 0, cause, settingNames);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Names the setting to change. */
function listenError(
  host: string,
  port: number,
  cause: unknown,
  { port: portName = 'port', host: hostName = 'host' }: ListenSettingNames,
): Error {
  const code = errorCode(cause);
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${portName}: port ${port} of ${host} is in use. Set another port, or 0 for a free one.`,
    EACCES: `${portName}: this user may not listen on port ${port} of ${host}. Set a port above 1023.`,
    ERR_SOCKET_BAD_PORT: `${portName}: ${port} is not a port. Set a number from 0 to 65535.`,
  };
  const reason =
    reasons[code] ?? `${hostName}: cannot listen on ${host} (${code}). Set an address of this machine.`;
  return new Error(reason, { cause });
}

function nameOf(host: string): string {
  // Clients cannot connect to a wildcard address.
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
