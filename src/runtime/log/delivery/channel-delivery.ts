import type { Connection } from '../../server/handlers.ts';

/** Delivers the durable messages of a channel to its connections. */
export interface ChannelDelivery {
  /**
   * Prepares a connection that the application has accepted. `closed` must be called for it from then on.
   *
   * @throws PostedError that refuses the handshake
   */
  accept(connection: Connection): Promise<void>;
  /** Begins to send messages. */
  opened(connection: Connection): void;
  /** The socket has taken everything that was buffered. */
  drained(connection: Connection): void;
  closed(connection: Connection): void;
  /**
   * Returns whether the connection had not acknowledged the cursor before.
   *
   * @throws PostedError `invalid_request` for a cursor that the connection never received
   */
  acknowledge(connection: Connection, cursor: string): boolean;
}
