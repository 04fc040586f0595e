import type { Connection } from '../../server/handlers.ts';

/** An acknowledgement that does not come over a connection. */
export interface DeviceAck extends Pick<Connection, 'params' | 'variables'> {
  readonly user: string;
  readonly device: string;
  /** Of a client that has claimed the device, see `StartRequest`. */
  readonly instance: string | undefined;
  readonly cursor: string;
}

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
  /**
   * Acknowledges for a device, whichever node its connection is to. Acks of a client that has lost the device are ignored.
   *
   * @throws PostedError `invalid_request` for a cursor that is not from this log, `unavailable` if it cannot be read
   */
  acknowledgeFor(ack: DeviceAck): Promise<void>;
}
