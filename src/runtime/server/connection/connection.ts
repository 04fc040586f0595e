import type { Socket } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import { clientNetwork } from '../../shared/client-network.ts';
import { type CloseCode, closeCodes, fitReason } from '../../shared/close-codes.ts';
import type { Connection, Encoded, Principal } from '../handlers.ts';
import type { EncodedFrame } from '../messages/encode.ts';
import { eventOf } from '../messages/encode-event.ts';
import { closeReasons, reasonOf } from './close-reasons.ts';
import type { ConnectionHost } from './connection-host.ts';
import type { ConnectionIdentity, RenewedCredentials } from './connection-identity.ts';
import { drainedOrClosed } from './drained-or-closed.ts';
import type { Expirable } from './expiries.ts';
import { pingFrame } from './frame.ts';
import { Inbound, type ReceivedMessage, type ReceivingConnection } from './inbound.ts';
import type { Writer } from './outbox.ts';
import type { PendingFrames } from './pending-frames.ts';
import { type ExpectedReply, PendingRequests } from './pending-requests.ts';
import type { Transport } from './transport.ts';

/** A socket that buffers more than this reports that it is full. */
const highWaterMarkBytes = getDefaultHighWaterMark(false);

/**
 * A connection from its handshake to its end: an outbound queue that is bounded in bytes, and an inbound side that handles
 * messages in order. Most are idle, so parts that not all need are created on first use, and the host has what they share.
 */
export class WebSocketConnection implements Connection, Expirable, ReceivingConnection, Writer {
  readonly id: string;
  user: Principal | undefined;
  readonly scheme: string | undefined;
  readonly params: object;
  readonly query: object;
  readonly headers: object;
  readonly variables: Readonly<Record<string, string>>;
  expiresAtMs: number;
  expiryIndex = -1;
  /** Set once, by the handshake. */
  state: unknown = undefined;
  /** How many messages in a row were above a limit. */
  limitedInRow = 0;
  /** The socket under `#transport`. Prebuilt frames are written to it directly, which is sound without compression. */
  readonly socket: Socket;
  readonly #host: ConnectionHost<WebSocketConnection>;
  #address: string | undefined;
  #permits: ReadonlySet<string>;
  #transport: Transport | null = null;
  /** The most recent slot in the outbox. */
  #slot = 0;
  #inbound: Inbound<WebSocketConnection> | null = null;
  #pendingRequests: PendingRequests | null = null;
  #isAlive = true;
  /** Whether frames may be sent: from the upgrade until the close frame. */
  #isOpen = false;
  #closing: CloseCode | null = null;
  /** Since when the socket has been full; 0 if it is not. */
  #fullSinceMs = 0;

  constructor(host: ConnectionHost<WebSocketConnection>, identity: ConnectionIdentity) {
    this.id = identity.id;
    this.socket = identity.socket;
    this.user = identity.user;
    this.#address = identity.address;
    this.scheme = identity.scheme;
    this.params = identity.params;
    this.query = identity.query;
    this.headers = identity.headers;
    this.variables = identity.variables;
    this.#host = host;
    this.#permits = identity.permits;
    this.expiresAtMs = identity.expiresAtMs;
  }

  open(transport: Transport): void {
    this.#transport = transport;
    this.#isOpen = true;
    this.awaitExpiry();
  }

  /** By which the client is limited, see `clientNetwork`. */
  get address(): string {
    this.#address ??= clientNetwork(this.socket.remoteAddress ?? '');
    return this.#address;
  }

  get hasLeft(): boolean {
    return this.socket.destroyed;
  }

  /** From now on, the connection is closed when its credentials expire. */
  awaitExpiry(): void {
    if (this.#isOpen && this.expiresAtMs !== Number.POSITIVE_INFINITY) this.#host.expiries.add(this);
  }

  /** The connection outlives its credentials until `awaitExpiry` is called. */
  suspendExpiry(): void {
    this.#host.expiries.remove(this);
  }

  renew({ user, permits, expiresAtMs }: RenewedCredentials): void {
    this.user = user;
    this.#permits = permits;
    this.expiresAtMs = expiresAtMs;
  }

  expire(): void {
    this.close('unauthorized');
  }

  get channel(): string {
    return this.#host.channel;
  }

  get transport(): 'websocket' | 'sse' {
    return this.#host.streams === null ? 'websocket' : 'sse';
  }

  get room(): object {
    return this.#host.createRoom(this);
  }

  get send(): object {
    return this.#host.createSend(this);
  }

  get sendAll(): object {
    return this.#host.createSendAll(this);
  }

  get request(): object {
    return this.#host.createRequest(this);
  }

  get closing(): CloseCode | null {
    return this.#closing;
  }

  get bufferedBytes(): number {
    return this.#isOpen ? this.socket.writableLength + this.#pendingFrames.bytes : 0;
  }

  buffersLessThan(bytes: number): boolean {
    const isFarBelow = this.#fullSinceMs === 0 && this.#pendingFrames.bytes + highWaterMarkBytes < bytes;
    return isFarBelow || this.bufferedBytes < bytes;
  }

  get ready(): Promise<void> {
    return this.#becomeReady();
  }

  get pendingRequests(): PendingRequests {
    this.#pendingRequests ??= new PendingRequests();
    return this.#pendingRequests;
  }

  /** The message that is handled now does not count as sent by the client. */
  uncountMessage(): void {
    this.#inbound?.uncount();
  }

  hasPermit(permit: string | undefined): boolean {
    return permit === undefined || this.#permits.has(permit);
  }

  sendEncoded(encoded: Encoded): boolean {
    const isQueued = this.enqueueEncoded(encoded as EncodedFrame);
    if (isQueued) this.#host.onSent(encoded.message);
    return isQueued;
  }

  /** Sends a request and waits for its reply. Rejects and throws like `PendingRequests.add`. */
  sendRequest(encoded: Encoded, expected: ExpectedReply): Promise<ReceivedMessage> {
    const reply = this.pendingRequests.add(expected);
    if (!this.sendEncoded(encoded)) this.pendingRequests.rejectAll();
    return reply;
  }

  resolveRequest(reply: ReceivedMessage): boolean {
    return this.#pendingRequests?.resolve(reply) ?? false;
  }

  /** Queues a message like `enqueue`; false also if the credentials do not permit it. */
  enqueueEncoded(encoded: EncodedFrame): boolean {
    const { streams } = this.#host;
    if (!this.hasPermit(encoded.permit)) return false;
    return this.enqueue(streams === null ? encoded.frame : eventOf(encoded, streams));
  }

  /**
   * Queues a frame; false if the connection is closing, which includes being closed now because it reads too slowly. A
   * fan-out calls this for thousands of connections, so it reads no object of its own besides the connection itself.
   */
  enqueue(frame: Buffer): boolean {
    if (!this.#isOpen) return false;
    const pending = this.#pendingFrames;
    if (pending.bytes + frame.length > this.#host.maxBufferedBytes || this.#isTooFullFor(frame, pending)) {
      this.close('slowConsumer');
      return false;
    }
    this.#slot = this.#host.outbox.put(this, this.#slot, pending.append(frame));
    return true;
  }

  onFull(): void {
    if (this.#fullSinceMs !== 0) return;
    this.#fullSinceMs = performance.now();
    this.socket.once('drain', () => {
      this.#fullSinceMs = 0;
      if (this.#isOpen) this.#host.onDrained(this);
    });
  }

  /** A socket that is not full buffers less than its high-water mark, which is far below the limit. */
  #isTooFullFor(frame: Buffer, pending: PendingFrames): boolean {
    if (this.#fullSinceMs === 0) return false;
    const { maxBufferedBytes, maxBufferedAgeMs } = this.#host;
    const bytes = this.socket.writableLength + pending.bytes + frame.length;
    return bytes > maxBufferedBytes || performance.now() - this.#fullSinceMs > maxBufferedAgeMs;
  }

  /** Waits while a quarter of the limit is buffered, so that other messages still have room. */
  async #becomeReady(): Promise<void> {
    const { maxBufferedBytes, outbox } = this.#host;
    while (this.#isOpen && !this.buffersLessThan(maxBufferedBytes / 4)) {
      if (this.#fullSinceMs === 0) await new Promise<void>((resolve) => outbox.afterFlush(resolve));
      else await drainedOrClosed(this.socket);
    }
  }

  close(code: CloseCode = 'normal', reason?: string): void {
    const transport = this.#transport;
    if (this.#closing !== null || transport === null) return;
    this.#closing = code;
    this.#pendingRequests?.rejectAll();
    this.#inbound?.abort();
    transport.close(closeCodes[code].code, fitReason(reason ?? reasonOf(code, this.id)));
    // A paused socket would never read the peer's close frame.
    transport.resume();
  }

  /** Called before a close frame is sent, by either side's initiative: no data frame may follow it (RFC 6455 section 5.5.1). */
  beforeClose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#host.outbox.flush(this, this.#slot);
  }

  terminate(): void {
    this.#transport?.terminate();
  }

  /** Called when the socket has closed, with the peer's code and reason, which a code of this side overrides. */
  onClosed(code: number, reason: Buffer): void {
    this.#isOpen = false;
    this.#host.expiries.remove(this);
    this.#pendingRequests?.rejectAll();
    const isOwn = this.#closing !== null;
    const closed =
      this.#closing === null
        ? { code, reason: reason.toString() }
        : { code: closeCodes[this.#closing].code, reason: closeReasons[this.#closing] };
    const report = (): void => this.#host.onClosed(this, closed);
    if (this.#inbound === null || isOwn) report();
    else this.#inbound.end(report);
  }

  /** Called when ws closes the connection with `code` because a frame breaks RFC 6455. */
  onProtocolError(code: CloseCode): void {
    this.#closing ??= code;
  }

  onPong(): void {
    this.#isAlive = true;
  }

  /** Pings the peer; ends the connection if the last ping had no answer. Streams have no pings, but send `alive`. */
  beat(): void {
    if (this.#closing !== null || this.#host.streams !== null) return;
    if (this.#isAlive) {
      this.#isAlive = false;
      this.socket.write(pingFrame);
    } else {
      this.terminate();
    }
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.#isAlive = true;
    if (this.#transport === null) return;
    this.#inbound ??= new Inbound(this, this.#transport, this.#host);
    this.#inbound.receive(data, isBinary);
  }

  get #pendingFrames(): PendingFrames {
    return this.#host.outbox.pendingFor(this, this.#slot);
  }
}
