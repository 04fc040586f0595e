import { randomBytes, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { feedPath } from './reader.ts';
import { tokenOf } from './support.ts';

const buffer = Buffer.alloc(65_536);

/**
 * A plain connection that counts bytes without parsing them: the minimum for a load generator, so that as much
 * of the machine as possible is left to the server.
 */
export class RawReader {
  readonly #socket: Socket;
  readonly #opened = Promise.withResolvers<void>();
  /** The start of the handshake's response. */
  #head: string | null = '';
  #bytes = 0;
  #isLost = false;

  constructor(serverUrl: string) {
    const { hostname, port, host } = new URL(serverUrl);
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      onread: {
        buffer,
        callback: (length) => {
          this.#take(length);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#opened.reject(error));
    this.#socket.once('close', () => {
      this.#isLost = true;
      this.#opened.reject(new Error('a connection was refused'));
    });
    this.#socket.write(
      `GET ${feedPath} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        `Authorization: Bearer ${tokenOf(randomUUID())}\r\n\r\n`,
    );
  }

  /** Rejects if the server refuses the connection. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** The number of bytes of frames. */
  get bytes(): number {
    return this.#bytes;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(length: number): void {
    if (this.#head === null) {
      this.#bytes += length;
      return;
    }
    this.#head += buffer.toString('latin1', 0, length);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return;
    this.#bytes = this.#head.length - end - 4;
    if (this.#head.startsWith('HTTP/1.1 101 ')) this.#opened.resolve();
    else this.#socket.destroy();
    this.#head = null;
  }
}
