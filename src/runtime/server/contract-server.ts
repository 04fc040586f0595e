import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DrainOptions } from './connection/drain.ts';

/** A server of a contract with its handlers. */
export interface ContractServer {
  /** Handles every 'upgrade' event of one HTTP server, which must have no other listener for it. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** The number of connections, handshakes in progress included. */
  readonly connectionCount: number;
  /** How many bytes are queued for all connections and not yet accepted by the operating system. */
  readonly queuedBytes: number;
  /**
   * Refuses new connections, closes the open ones with 1012, all at once unless `drainOptions` spreads them, and
   * terminates those that remain after `timeoutMs`. Then it leaves the other nodes.
   */
  shutdown(timeoutMs: number, drainOptions?: DrainOptions): Promise<void>;
}
