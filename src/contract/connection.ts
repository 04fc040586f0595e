import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { type CloseCode, closeCodes, fitReason } from './close-codes.ts';
import type { Due } from './due.ts';
import type { EncodedFrame } from './encode.ts';
import { pingFrame } from './frame.ts';
import type { Connection, Encoded } from './handlers.ts';
import { Inbound, type InboundOptions, type ReceivingConnection } from './inbound.ts';
import type { Outbox, Writer } from './outbox.ts';
import { type Answer, type Question, Requests } from './requests.ts';

export interface ConnectionOptions extends InboundOptions {
  readonly id: string;
  readonly session: unknown;
  /** The operations with security of their own that the connection has satisfied. */
  readonly permits: ReadonlySet<string>;
  /** When the first of the credentials ends, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
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
}

/** One open WebSocket: an outbound queue that is bounded in bytes, and an inbound side that handles one message at a time. */
export class WebSocketConnection implements ReceivingConnection, Writer {
  readonly id: string;
  readonly session: unknown;
  readonly #options: ConnectionOptions;
  readonly #inbound: Inbound;
  #due: Due;
  #requests: Requests | null = null;
  #alive = true;
  #closing: CloseCode | null = null;
  /** Since when the socket takes no more; 0 while it does. */
  #fullSinceMs = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.id = options.id;
    this.session = options.session;
    this.#due = options.outbox.start;
    this.#inbound = new Inbound(this, options.webSocket, options);
  }

  get closing(): CloseCode | null {
    return this.#closing;
  }

  get bufferedBytes(): number {
    return this.#options.socket.writableLength + this.#due.bytes;
  }

  /** Few connections are asked anything. */
  get requests(): Requests {
    this.#requests ??= new Requests();
    return this.#requests;
  }

  may(permit: string | undefined): boolean {
    return permit === undefined || this.#options.permits.has(permit);
  }

  send(encoded: Encoded): boolean {
    const { frame, permit } = encoded as EncodedFrame;
    const isQueued = this.may(permit) && this.enqueue(frame);
    if (isQueued) this.#options.onSent(encoded.message);
    return isQueued;
  }

  /** Sends a question and waits for its answer, as `Requests.add` says. */
  ask(encoded: Encoded, question: Question): Promise<Answer> {
    const answer = this.requests.add(question);
    if (!this.send(encoded)) this.requests.end();
    this.#inbound.regulate();
    return answer;
  }

  get isAsked(): boolean {
    return this.#requests !== null && this.#requests.size > 0;
  }

  answer(answer: Answer): boolean {
    return this.#requests?.answer(answer) ?? false;
  }

  /** Queues a frame; false where the connection is closing, also because it reads too slowly. */
  enqueue(frame: Buffer): boolean {
    if (!this.#isOpen()) return false;
    if (this.bufferedBytes + frame.length > this.#options.maxBufferedBytes || this.#isFullForTooLong()) {
      this.close('slowConsumer');
      return false;
    }
    if (this.#due.bytes === 0) this.#options.outbox.add(this);
    this.#due = this.#due.add(frame);
    return true;
  }

  flush(): void {
    const { socket, outbox } = this.#options;
    const due = this.#due;
    this.#due = outbox.start;
    if (due.bytes === 0 || !this.#isOpen()) return;
    const buffers = due.buffers();
    if (buffers.length > 1) socket.cork();
    for (const buffer of buffers) socket.write(buffer);
    if (buffers.length > 1) socket.uncork();
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
    this.ended();
    const { webSocket } = this.#options;
    webSocket.close(closeCodes[code].code, fitReason(reason ?? closeCodes[code].reason));
    // A paused socket would never read the peer's half of the closing handshake.
    webSocket.resume();
    setTimeout(() => this.terminate(), this.#options.closeTimeoutMs).unref();
  }

  terminate(): void {
    this.#options.webSocket.terminate();
  }

  /** Nothing that it receives counts any more. */
  ended(): void {
    this.#requests?.end();
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
    if (this.#options.expiresAtMs <= nowMs) {
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
    this.#inbound.receive(data, isBinary);
  }

  /** No data frame may follow a close frame (RFC 6455 section 5.5.1), whoever began to close. */
  #isOpen(): boolean {
    return this.#closing === null && this.#options.webSocket.readyState === WebSocket.OPEN;
  }
}
