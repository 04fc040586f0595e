import type { ClientConnection } from './client-connection.ts';
import { PostedClientError } from './client-error.ts';
import type { Frame } from './platform.ts';

export interface SendOptions {
  /**
   * What to do without a connection. `fail`, the default: a message throws, and a request rejects,
   * with `not_open`. `wait`: it is sent after the next connection opens, in the order of the calls. At most
   * 1,024 messages and 1 MiB wait; beyond that, the error is `send_buffer_full`. If the client ends first, a
   * request rejects with `closed`, and a message is reported to `onError`.
   */
  readonly whenOffline?: 'fail' | 'wait';
}

/** How much may wait to be sent, on a connection and for the next one. */
export const maxBufferedBytes = 1_048_576;
const maxWaitingFrames = 1_024;

/** How long to wait for room in the send buffer. */
const retryMs = 10;

export interface OutgoingFrame {
  readonly frame: Frame;
  /** The frame was passed to the connection. */
  sent?(): void;
  /** The client ended first. */
  dropped(error: PostedClientError): void;
}

/** Sends the application's frames, on the current connection or once there is one. */
export class SendQueue {
  readonly #waiting = new Set<OutgoingFrame>();
  #waitingBytes = 0;
  /** Null unless it is open. */
  #connection: ClientConnection | null = null;
  #hasEnded = false;

  /** @throws PostedClientError `not_open` or `send_buffer_full` */
  send(outgoing: OutgoingFrame, { whenOffline = 'fail' }: SendOptions = {}): void {
    const { frame } = outgoing;
    if (this.#connection !== null) {
      sendOn(this.#connection, frame);
      outgoing.sent?.();
      return;
    }
    if (this.#hasEnded || whenOffline !== 'wait') {
      throw new PostedClientError('not_open', 'There is no connection.');
    }
    if (this.#waiting.size >= maxWaitingFrames || this.#waitingBytes + frame.length > maxBufferedBytes) {
      throw new PostedClientError('send_buffer_full', 'Too many messages are waiting for a connection.');
    }
    this.#waiting.add(outgoing);
    this.#waitingBytes += frame.length;
  }

  /**
   * Sends on a connection, after waiting while its send buffer is full: browsers do not say when it has room. Does nothing
   * if the connection ends before.
   */
  async sendOn(connection: ClientConnection, frame: Frame): Promise<void> {
    const mostBytes = Math.max(0, maxBufferedBytes - frame.length);
    while (this.#connection === connection && connection.bufferedBytes > mostBytes) {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    if (this.#connection === connection) sendOn(connection, frame);
  }

  /** Removes a frame that is still waiting. */
  cancel(outgoing: OutgoingFrame): void {
    if (this.#waiting.delete(outgoing)) this.#waitingBytes -= outgoing.frame.length;
  }

  opened(connection: ClientConnection): void {
    this.#connection = connection;
    for (const outgoing of this.#waiting) {
      this.cancel(outgoing);
      connection.send(outgoing.frame);
      outgoing.sent?.();
    }
  }

  /** The connection has ended. */
  lost(): void {
    this.#connection = null;
  }

  /** The client has ended: drops what is waiting, and sends nothing more. */
  end(error: PostedClientError): void {
    this.#connection = null;
    this.#hasEnded = true;
    for (const outgoing of this.#waiting) {
      this.cancel(outgoing);
      outgoing.dropped(error);
    }
  }
}

/** @throws PostedClientError `send_buffer_full` */
function sendOn(connection: ClientConnection, frame: Frame): void {
  if (connection.bufferedBytes + frame.length > maxBufferedBytes) {
    throw new PostedClientError('send_buffer_full', 'The send buffer is full.');
  }
  connection.send(frame);
}

/** Skips the ack while the server does not read, since the next one covers it. */
export function sendAck(connection: ClientConnection, ack: Frame): void {
  if (connection.bufferedBytes < maxBufferedBytes) connection.send(ack);
}
