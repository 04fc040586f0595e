import { once } from 'node:events';
import { Socket } from 'node:net';
import { Client, type ClientConfig, types } from 'pg';
import { describe } from './failures.ts';

const connectTimeoutMs = 5000;

/** How long a goodbye may take: a server that is stopped in the midst of one never says it. */
const closeTimeoutMs = 1000;

const int8: number = types.builtins.INT8;

/**
 * How every connection is made.
 *
 * @param answerTimeoutMs after which a connection that does not answer is given up; 0 for never
 */
export function clientConfig(url: string, sockets: Sockets, answerTimeoutMs: number): ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: 'posted',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    stream: () => sockets.create(),
    types: {
      // Whole numbers here stay below 2^53; pg would give them as text.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : types.getTypeParser(oid, format),
    },
  };
}

/**
 * The database as messages name it, without the password.
 *
 * @throws Error where the URL cannot be used, such as for a certificate that is not there
 */
export function nameOf(url: string): string {
  try {
    const { database, host, port, user } = new Client({ connectionString: url });
    return `the PostgreSQL database "${database}" at ${host}:${port} (user "${user}")`;
  } catch (cause) {
    throw new Error(`the URL of the database cannot be used: ${describe(cause)}`, { cause });
  }
}

/** The sockets under the connections, so that none outlives its time. */
export class Sockets {
  readonly #open = new Set<Socket>();

  create(): Socket {
    const socket = new Socket();
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  }

  /** Waits for goodbyes for a while, then cuts what is left. */
  async closeAfter(goodbye: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.#open) socket.destroy();
    }, closeTimeoutMs);
    await goodbye;
    const closed = [...this.#open].map((socket) => once(socket, 'close'));
    await Promise.all(closed);
    clearTimeout(timer);
  }
}
