import { type Duplex, getDefaultHighWaterMark } from 'node:stream';
import type { WebSocket } from 'ws';
import { type CloseCode, closeCodes, fitReason } from '../../shared/close-codes.ts';
import type { Closed, Encoded } from '../handlers.ts';
import type { EncodedFrame } from '../messages/encode.ts';
import { Inbound, type InboundOptions, type ReceivingConnection } from '../messages/inbound.ts';
import { type Answer, type Question, Requests } from '../messages/requests.ts';
import type { Due } from './due.ts';
import { pingFrame } from './frame.ts';
import type { Outbox, Writer } from './outbox.ts';

/** A socket that holds more than this says that it is full. */
const socketMarkBytes = getDefaultHighWaterMark(false);

/** What the connections of one channel share. */
export interface ConnectionHost extends InboundOptions {
  readonly outbox: Outbox;
  readonly maxBufferedBytes: number;
  readonly maxBufferedAgeMs: number;
  readonly closeTimeoutMs: number;
  /** Told of each message that the application sends to one connection alone. */
  onSent(message: string): void;
  /** Called when the socket has taken all that was queued, after it could not. */
  onDrained(connection: WebSocketConnection): void;
  onEnded(connection: WebSocketConnection, closed: Closed): void;
}

/** What a handshake came to. */
export interface Admission {
  readonly id: string;
  readonly session: unknown;
  /** Whose place among all connections it takes; null for nobody's. */
  readonly user: string | null;
  /** The operations with security of their own that the credentials suffice for. */
  readonly permits: ReadonlySet<string>;
  /** When the first of the credentials ends, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/**
 * One open WebSocket: an outbound queue that is bounded in bytes, and an inbound side that handles one
 * message at a time. Most are idle: what not every one needs is made when it is needed, and what all
 * have in common stands in their host.
 */
export class WebSocketConnection implements ReceivingConnection, Writer {
  readonly id: string;
  readonly session: unknown;
  readonly user: string | null;
  /** The socket under `#webSocket`. Prebuilt frames go to it directly, which is sound while compression is off. */
  readonly socket: Duplex;
  readonly #host: ConnectionHost;
  readonly #permits: ReadonlySet<string>;
  readonly #expiresAtMs: number;
  readonly #webSocket: WebSocket;
  /** The last slot in the outbox. */
  #slot = 0;
  #inbound: Inbound | null = null;
  #requests: Requests | null = null;
  #alive = true;
  /** Whether frames may be sent: until a close frame is. */
  #isOpen = true;
  #closing: CloseCode | null = null;
  /** Since when the socket takes no more; 0 while it does. */
  #fullSinceMs = 0;

  constructor(host: ConnectionHost, admission: Admission, webSocket: WebSocket, socket: Duplex) {
    this.id = admission.id;
    this.session = admission.session;
    this.user = admission.user;
    this.#host = host;
    this.#permits = admission.permits;
    this.#expiresAtMs = admission.expiresAtMs;
    this.#webSocket = webSocket;
    this.socket = socket;
  }

  get closing(): CloseCode | null {
    return this.#closing;
  }

  get bufferedBytes(): number {
    return this.socket.writableLength + this.#due.bytes;
  }

  buffersLessThan(bytes: number): boolean {
    const isFarBelow = this.#fullSinceMs === 0 && this.#due.bytes + socketMarkBytes < bytes;
    return isFarBelow || this.bufferedBytes < bytes;
  }

  /** Few connections are asked anything. */
  get requests(): Requests {
    this.#requests ??= new Requests();
    return this.#requests;
  }

  may(permit: string | undefined): boolean {
    return permit === undefined || this.#permits.has(permit);
  }

  send(encoded: Encoded): boolean {
    const { frame, permit } = encoded as EncodedFrame;
    const isQueued = this.may(permit) && this.enqueue(frame);
    if (isQueued) this.#host.onSent(encoded.message);
    return isQueued;
  }

  /** Sends a question and waits for its answer, as `Requests.add` says. */
  ask(encoded: Encoded, question: Question): Promise<Answer> {
    const answer = this.requests.add(question);
    if (!this.send(encoded)) this.requests.end();
    this.#inbound?.regulate();
    return answer;
  }

  get isAsked(): boolean {
    return this.#requests !== null && this.#requests.size > 0;
  }

  answer(answer: Answer): boolean {
    return this.#requests?.answer(answer) ?? false;
  }

  /**
   * Queues a frame; false where the connection is closing, also because it reads too slowly. A fan-out
   * calls it for thousands in a row: it looks at no object of this connection alone but itself.
   */
  enqueue(frame: Buffer): boolean {
    if (!this.#isOpen) return false;
    const due = this.#due;
    if (due.bytes + frame.length > this.#host.maxBufferedBytes || this.#isTooFullFor(frame, due)) {
      this.close('slowConsumer');
      return false;
    }
    this.#slot = this.#host.outbox.put(this, this.#slot, due.add(frame));
    return true;
  }

  filled(): void {
    if (this.#fullSinceMs !== 0) return;
    this.#fullSinceMs = performance.now();
    this.socket.once('drain', () => {
      this.#fullSinceMs = 0;
      if (this.#isOpen) this.#host.onDrained(this);
    });
  }

  /** Below its own mark, which is far lower, the socket is not full. */
  #isTooFullFor(frame: Buffer, due: Due): boolean {
    if (this.#fullSinceMs === 0) return false;
    const { maxBufferedBytes, maxBufferedAgeMs } = this.#host;
    const bytes = this.socket.writableLength + due.bytes + frame.length;
    return bytes > maxBufferedBytes || performance.now() - this.#fullSinceMs > maxBufferedAgeMs;
  }

  close(code: CloseCode, reason?: string): void {
    if (this.#closing !== null) return;
    this.#closing = code;
    this.#requests?.end();
    const webSocket = this.#webSocket;
    webSocket.close(closeCodes[code].code, fitReason(reason ?? this.#reasonOf(code)));
    // A paused socket would never read the peer's half of the closing handshake.
    webSocket.resume();
    setTimeout(() => this.terminate(), this.#host.closeTimeoutMs).unref();
  }

  /** After a failure the reason has the id of the connection, by which the log has the cause. */
  #reasonOf(code: CloseCode): string {
    const { reason } = closeCodes[code];
    return code === 'internalError' ? `${reason} (connection ${this.id})` : reason;
  }

  /** A close frame is about to be sent, whoever began to close: no data frame may follow it (RFC 6455 section 5.5.1). */
  leaving(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#host.outbox.flush(this, this.#slot);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  /** The socket has closed, with what the peer said; what this side said first counts more. */
  ended(code: number, reason: Buffer): void {
    this.#isOpen = false;
    this.#requests?.end();
    const closed = this.#closing === null ? { code, reason: reason.toString() } : closeCodes[this.#closing];
    this.#host.onEnded(this, closed);
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
    if (this.#expiresAtMs <= nowMs) {
      this.close('unauthorized');
    } else if (this.#alive) {
      this.#alive = false;
      this.socket.write(pingFrame);
    } else {
      this.terminate();
    }
  }

  receive(data: Buffer, isBinary: boolean): void {
    this.#alive = true;
    this.#inbound ??= new Inbound(this, this.#webSocket, this.#host);
    this.#inbound.receive(data, isBinary);
  }

  get #due(): Due {
    return this.#host.outbox.dueTo(this, this.#slot);
  }
}
