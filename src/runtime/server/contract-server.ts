import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DrainOptions } from './connection/drain.ts';

/** A server of a contract with its handlers. */
export interface ContractServer {
  /** Handles every 'upgrade' event of one HTTP server, which must have no other listener for it. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /**
   * Handles a 'request' event if it is for a channel that can be read as server-sent events: the stream, or an
   * acknowledgement. Returns false for any other request, which must be answered by somebody else.
   */
  readonly handleRequest: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether the response to a request is an open stream, which `shutdown` closes, like the WebSockets. */
  readonly isEventStream: (request: IncomingMessage) => boolean;
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
