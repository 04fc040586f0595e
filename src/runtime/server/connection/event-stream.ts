import type { Socket } from 'node:net';
import { closeEvent } from '../../shared/server-sent-events.ts';
import type { WebSocketConnection } from './connection.ts';
import type { Transport } from './transport.ts';

/**
 * A response with server-sent events. Like the frames of a WebSocket, events are prebuilt and written to the socket
 * itself, so the response ends with the connection (RFC 9112 section 6.3), and HTTP/1.0 clients can read it, too.
 */
export class EventStream implements Transport {
  readonly #socket: Socket;
  readonly #connection: WebSocketConnection;
  readonly #closeTimeoutMs: number;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(connection: WebSocketConnection, closeTimeoutMs: number) {
    this.#socket = connection.socket;
    this.#connection = connection;
    this.#closeTimeoutMs = closeTimeoutMs;
  }

  /** Sends the head of the response. Events are for the connection from then on. */
  start(headers: Readonly<Record<string, string>>): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`HTTP/1.1 200 OK\r\n${lines.join('')}\r\n`);
    this.#socket.once('close', () => {
      clearTimeout(this.#closeTimer);
      this.#connection.onClosed(1006, Buffer.alloc(0));
    });
  }

  close(code: number, reason: string): void {
    this.#connection.beforeClose();
    this.#socket.end(`event: ${closeEvent}\ndata: ${JSON.stringify({ code, reason })}\n\n`);
    this.#closeTimer = setTimeout(() => this.terminate(), this.#closeTimeoutMs);
  }

  terminate(): void {
    this.#socket.destroy();
  }

  /** Clients send nothing on it. */
  pause(): void {}

  resume(): void {}
}
