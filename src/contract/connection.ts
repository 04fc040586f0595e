import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { PostedError } from '../errors.ts';
import { type CloseCode, closeCodes, fitReason } from './close-codes.ts';
import { pingFrame } from './frame.ts';
import type { Connection, Encoded, Principal } from './handlers.ts';
import type { Outbox, Writer } from './outbox.ts';
import type { EncodedFrame } from './publisher.ts';

export interface ConnectionOptions {
  readonly id: string;
  readonly session: unknown;
  readonly principal: Principal | undefined;
  readonly webSocket: WebSocket;
  /** The socket under `webSocket`. Prebuilt frames go to it directly, which is sound while compression is off. */
  readonly socket: Duplex;
  readonly outbox: Outbox;
  readonly maxBufferedBytes: number;
  readonly maxBufferedAgeMs: number;
  readonly closeTimeoutMs: number;
  /** Told of each message that the application sends to this connection alone. */
  onSent(message: string): void;
  /** Called when the socket has taken all that was queued, after it could not. */
  onDrained(connection: Connection<unknown>): void;
  /** Handles one text message; what it throws closes the connection. */
  dispatch(connection: Connection<unknown>, data: Buffer): void | Promise<void>;
  /** Told of what it throws that is no PostedError, before the connection closes. */
  onFailure(error: PostedError): void;
}

/** One open WebSocket: an outbound queue that is bounded in bytes, and an inbound side that handles one message at a time. */
export class WebSocketConnection implements Connection<unknown>, Writer {
  readonly id: string;
  readonly session: unknown;
  readonly principal: Principal | undefined;
  readonly #options: ConnectionOptions;
  readonly #due: Buffer[] = [];
  #dueBytes = 0;
  #handling: Promise<void> | null = null;
  #alive = true;
  #closing: CloseCode | null = null;
  /** Since when the socket takes no more; 0 while it does. */
  #fullSinceMs = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.id = options.id;
    this.session = options.session;
    this.principal = options.principal;
  }

  /** The code that this side closed with, if it did. */
  get closing(): CloseCode | null {
    return this.#closing;
  }

  get bufferedBytes(): number {
    return this.#options.socket.writableLength + this.#dueBytes;
  }

  send(encoded: Encoded): boolean {
    const isQueued = this.enqueue((encoded as EncodedFrame).frame);
    if (isQueued) this.#options.onSent(encoded.message);
    return isQueued;
  }

  /** Queues a frame; false where the connection is closing, also because it reads too slowly. */
  enqueue(frame: Buffer): boolean {
    if (!this.#isOpen()) return false;
    if (this.bufferedBytes + frame.length > this.#options.maxBufferedBytes || this.#isFullForTooLong()) {
      this.close('slowConsumer');
      return false;
    }
    if (this.#due.length === 0) this.#options.outbox.add(this);
    this.#due.push(frame);
    this.#dueBytes += frame.length;
    return true;
  }

  flush(): void {
    const { socket } = this.#options;
    const [first] = this.#due;
    if (first === undefined) return;
    if (this.#due.length === 1 && this.#isOpen()) {
      socket.write(first);
    } else if (this.#isOpen()) {
      socket.cork();
      for (const frame of this.#due) socket.write(frame);
      socket.uncork();
    }
    this.#due.length = 0;
    this.#dueBytes = 0;
    if (socket.writableNeedDrain && this.#fullSinceMs === 0) this.#awaitDrain();
  }

  #awaitDrain(): void {
    this.#fullSinceMs = performance.now();
    this.#options.socket.once('drain', () => {
      this.#fullSinceMs = 0;
      if (this.#isOpen()) this.#options.onDrained(this);
    });
  }

  #isFullForTooLong(): boolean {
    if (this.#fullSinceMs === 0) return false;
    return performance.now() - this.#fullSinceMs > this.#options.maxBufferedAgeMs;
  }

  close(code: CloseCode, reason?: string): void {
    if (this.#closing !== null) return;
    this.flush();
    this.#closing = code;
    const { webSocket } = this.#options;
    webSocket.close(closeCodes[code].code, fitReason(reason ?? closeCodes[code].reason));
    // A paused socket would never read the peer's half of the closing handshake.
    webSocket.resume();
    setTimeout(() => this.terminate(), this.#options.closeTimeoutMs).unref();
  }

  terminate(): void {
    this.#options.webSocket.terminate();
  }

  /** Notes what ws itself closes the connection with, after a frame that breaks RFC 6455. */
  failed(code: CloseCode): void {
    this.#closing ??= code;
  }

  sawLife(): void {
    this.#alive = true;
  }

  /**
   * Called once in a ping interval: asks for a sign of life, and ends a connection that gave none
   * since the last time, or whose credentials have expired.
   */
  sweep(nowMs: number): void {
    if (this.#closing !== null) return;
    if ((this.principal?.expiresAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      this.close('unauthorized');
    } else if (this.#alive) {
      this.#alive = false;
      this.#options.socket.write(pingFrame);
    } else {
      this.terminate();
    }
  }

  receive(data: Buffer, isBinary: boolean): void {
    this.#alive = true;
    if (this.#closing !== null) return;
    if (isBinary) {
      this.close('unsupportedData');
      return;
    }
    if (this.#handling === null) {
      const handled = this.#dispatch(data);
      if (handled !== undefined) this.#await(handled);
    } else {
      // Read together with the message before it: bounded by the size of one read.
      this.#await(this.#handling.then(() => this.#dispatch(data)));
    }
  }

  /** No data frame may follow a close frame (RFC 6455 section 5.5.1), whoever began to close. */
  #isOpen(): boolean {
    return this.#closing === null && this.#options.webSocket.readyState === WebSocket.OPEN;
  }

  #dispatch(data: Buffer): void | Promise<void> {
    if (this.#closing !== null) return;
    try {
      return this.#options.dispatch(this, data);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** While a handler works, nothing more is read: a client that sends faster is slowed down by TCP. */
  #await(handled: Promise<void>): void {
    const { webSocket } = this.#options;
    webSocket.pause();
    const settled = handled
      .catch((thrown: unknown) => this.#fail(thrown))
      .then(() => {
        if (this.#handling !== settled) return;
        this.#handling = null;
        webSocket.resume();
      });
    this.#handling = settled;
  }

  #fail(thrown: unknown): void {
    const error = PostedError.from(thrown);
    if (error.code === 'internal') this.#options.onFailure(error);
    const code = closeCodeOf(error);
    this.close(code, code === 'internalError' ? undefined : error.message);
  }
}

function closeCodeOf(error: PostedError): CloseCode {
  switch (error.code) {
    case 'internal':
      return 'internalError';
    case 'unavailable':
    case 'too_many_requests':
      return 'tryAgainLater';
    case 'unauthorized':
      return 'unauthorized';
    case 'forbidden':
      return 'forbidden';
    default:
      return 'badMessage';
  }
}
