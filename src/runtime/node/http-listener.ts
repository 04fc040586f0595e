import { once } from 'node:events';
import type { Server } from 'node:http';
import { errorCode } from '../shared/errors.ts';

/** Connections that may wait to be accepted: all clients reconnect at once after a restart. The system may allow fewer. */
const backlog = 4096;

/** The start and the end of an HTTP server that also serves upgraded connections, which it does not close itself. */
export class HttpListener {
  readonly #http: Server;
  readonly #closed = Promise.withResolvers<void>();
  #activeRequests = 0;
  #onIdle: (() => void) | null = null;

  /** Counts requests from here on: `http` does not listen yet. */
  constructor(http: Server) {
    this.#http = http;
    http.on('request', (_request, response) => {
      this.#activeRequests += 1;
      response.on('close', () => {
        this.#activeRequests -= 1;
        if (this.#activeRequests === 0) this.#onIdle?.();
      });
    });
  }

  /** Resolves when no connection is left after `finishRequests`, upgraded ones included. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Resolves with the URL, which has the chosen port where `port` is 0.
   *
   * @throws Error that names the setting to change
   */
  async listen(host: string, port: number): Promise<string> {
    this.#http.listen(port, host, backlog);
    try {
      await once(this.#http, 'listening');
    } catch (cause) {
      throw listenError(host, port, cause);
    }
    const address = this.#http.address();
    const chosenPort = typeof address === 'object' && address !== null ? address.port : port;
    return `http://${nameOf(host)}:${chosenPort}`;
  }

  /** Stops listening, and resolves when every request is answered or `timeoutMs` have passed. */
  async finishRequests(timeoutMs: number): Promise<void> {
    // Called back with an error where it never listened.
    this.#http.close(() => this.#closed.resolve());
    if (this.#activeRequests === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#onIdle = resolve;
    await promise;
    clearTimeout(timer);
  }

  /** Closes all connections except for those that were upgraded. */
  closeConnections(): void {
    this.#http.closeAllConnections();
  }
}

/** Names the setting to change. */
export function listenError(host: string, port: number, cause: unknown): Error {
  const code = errorCode(cause);
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `PORT: another program uses port ${port} of ${host}. Set another port, or 0 for a free one.`,
    EACCES: `PORT: this user must not listen on port ${port} of ${host}. Set a port above 1023.`,
  };
  const reason = reasons[code] ?? `HOST: cannot listen on ${host} (${code}). Set an address of this machine.`;
  return new Error(reason, { cause });
}

function nameOf(host: string): string {
  // Clients cannot connect to a wildcard address.
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
