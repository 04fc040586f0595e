import { once } from 'node:events';
import { Socket } from 'node:net';
import { Client, type ClientConfig, types } from 'pg';
import { describe } from './failures.ts';

/** How long to wait for a connection. */
export const connectTimeoutMs = 5000;

/** How long to wait for PostgreSQL to end the connections: a stopped server never does. */
const closeTimeoutMs = 1000;

const int8: number = types.builtins.INT8;

/**
 * The configuration of every connection.
 *
 * @param responseTimeoutMs after which a query without a response fails; 0 for never
 */
export function clientConfig(url: string, sockets: Sockets, responseTimeoutMs: number): ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: 'posted 0.2',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: responseTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    stream: () => sockets.create(),
    types: {
      // Our integers stay below 2^53; by default, pg returns this type as text.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : types.getTypeParser(oid, format),
    },
  };
}

/**
 * Names the database in messages, without the password.
 *
 * @throws Error when the URL cannot be used, for example because a certificate file is missing
 */
export function describeDatabase(url: string): string {
  try {
    const { database, host, port, user } = new Client({ connectionString: url });
    return `the PostgreSQL database "${database}" at ${host}:${port} (user "${user}")`;
  } catch (cause) {
    throw new Error(`the database URL cannot be used: ${describe(cause)}`, { cause });
  }
}

/** The sockets of the connections, so that closing can be bounded in time. */
export class Sockets {
  readonly #open = new Set<Socket>();

  create(): Socket {
    const socket = new Socket();
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  }

  /** Waits for `ended` up to a time limit, then destroys the sockets that are still open. */
  async closeAfter(ended: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.#open) socket.destroy();
    }, closeTimeoutMs);
    await ended;
    const closed = [...this.#open].map((socket) => once(socket, 'close'));
    await Promise.all(closed);
    clearTimeout(timer);
  }
}
