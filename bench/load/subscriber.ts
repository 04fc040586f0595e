import { randomBytes, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Dialect } from '../peers/peer.ts';
import { EventParser } from './event-parser.ts';
import { FrameParser, type OnMessage } from './frame-parser.ts';
import { renderRequest } from './http.ts';
import { textFrame } from './text-frame.ts';

/** All sockets read into it; its content is used before the next one reads. */
const buffer = Buffer.alloc(65_536);

const openingTimeoutMs = 30_000;

export interface SubscriberOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /** A UUID; a new one if undefined. */
  readonly user?: string;
  /** Called for each message after the welcome messages. */
  readonly onMessage: OnMessage;
}

/**
 * A WebSocket or a stream of events on a raw socket, which does the minimum that a load generator must do, so that as much of the
 * machine as possible is left to the server. It does not answer pings, so servers must not send any.
 */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #socket: Socket;
  readonly #opened = Promise.withResolvers<void>();
  readonly #parser: EventParser | FrameParser;
  /** The start of the handshake's response while it is incomplete; null afterwards. */
  #head: string | null = '';
  #welcomes: number;
  #isLost = false;

  constructor(options: SubscriberOptions) {
    const { port, dialect, user = randomUUID() } = options;
    this.#options = options;
    this.#welcomes = dialect.welcomes;
    const { readsEvents = false } = dialect;
    const Parser = readsEvents ? EventParser : FrameParser;
    this.#parser = new Parser((bytes, start, end) => this.#welcome(bytes, start, end));
    const onread = {
      buffer,
      callback: (length: number) => {
        this.#take(length);
        return true;
      },
    };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.setTimeout(openingTimeoutMs, () => this.#lose(new Error('a handshake took over 30 s')));
    this.#socket.on('error', (error) => this.#lose(error));
    this.#socket.once('close', () => this.#lose(new Error('the server closed a connection')));
    const { path, headers } = dialect.upgrade(user);
    const upgrade = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    this.#socket.write(
      renderRequest({ path, headers: { ...(readsEvents ? {} : upgrade), ...headers } }, port),
    );
  }

  /** Resolves after the last welcome message; rejects if the server refuses. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Whether the connection was closed by the server or failed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Sends a complete frame, masked by the caller. */
  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Closes immediately, without leaving a port in TIME_WAIT. */
  end(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.resetAndDestroy();
  }

  #take(length: number): void {
    try {
      if (this.#head === null) this.#parser.take(buffer, 0, length);
      else this.#takeHead(length);
    } catch (thrown) {
      this.#lose(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  #takeHead(length: number): void {
    const before = this.#head?.length ?? 0;
    const head = `${this.#head}${buffer.toString('latin1', 0, length)}`;
    this.#head = head;
    const headEnd = head.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const expected = this.#options.dialect.readsEvents === true ? 200 : 101;
    if (!head.startsWith(`HTTP/1.1 ${expected} `))
      throw new Error(`a handshake got HTTP ${head.slice(9, 12)}`);
    this.#head = null;
    for (const greeting of this.#options.dialect.greetings) this.send(textFrame(greeting));
    if (this.#welcomes === 0) this.#open();
    this.#parser.take(buffer, headEnd + 4 - before, length);
  }

  #welcome(bytes: Buffer, start: number, end: number): void {
    if (this.#welcomes === 0) {
      this.#options.onMessage(bytes, start, end);
      return;
    }
    this.#welcomes -= 1;
    if (this.#welcomes === 0) this.#open();
  }

  #open(): void {
    this.#socket.setTimeout(0);
    this.#opened.resolve();
  }

  #lose(error: Error): void {
    this.#isLost = true;
    this.#opened.reject(error);
    this.#socket.destroy();
  }
}
