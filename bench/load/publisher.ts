import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { HttpRequest } from '../peers/peer.ts';
import { readResponse, renderRequest } from './http.ts';

const buffer = Buffer.alloc(65_536);

/** A keep-alive connection and its pending request. */
class KeepAliveConnection {
  readonly #socket: Socket;
  #received = '';
  #pending: PromiseWithResolvers<number> | null = null;

  constructor(port: number) {
    const onread = {
      buffer,
      callback: (length: number) => {
        this.#receive(buffer.toString('latin1', 0, length));
        return true;
      },
    };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.once('close', () => this.#fail(new Error('the server closed a connection for posts')));
  }

  async open(): Promise<void> {
    await once(this.#socket, 'connect');
  }

  /** Resolves with the HTTP status. */
  send(bytes: string): Promise<number> {
    if (this.#socket.destroyed) return Promise.reject(new Error('the connection for posts is closed'));
    const pending = Promise.withResolvers<number>();
    this.#pending = pending;
    this.#socket.write(bytes);
    return pending.promise;
  }

  end(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    const response = readResponse(this.#received);
    if (response === null) return;
    this.#received = '';
    this.#pending?.resolve(response.status);
    this.#pending = null;
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = null;
  }
}

/**
 * Sends requests over keep-alive connections. The cheapest possible HTTP client, so that the machine is left
 * to the server.
 */
export class Publisher {
  readonly #port: number;
  readonly #connections: readonly KeepAliveConnection[];
  readonly #free: KeepAliveConnection[];

  private constructor(port: number, opened: readonly KeepAliveConnection[]) {
    this.#port = port;
    this.#connections = opened;
    this.#free = [...opened];
  }

  /** Resolves when all connections are open. */
  static async open(port: number, connections: number): Promise<Publisher> {
    const opened = Array.from({ length: connections }, () => new KeepAliveConnection(port));
    await Promise.all(opened.map((connection) => connection.open()));
    return new Publisher(port, opened);
  }

  /**
   * Resolves after a response with 2xx; rejects after any other response.
   *
   * @throws Error if more requests are in flight than there are connections
   */
  async send(request: HttpRequest): Promise<void> {
    const connection = this.#free.pop();
    if (connection === undefined)
      throw new Error(`more than ${this.#connections.length} requests are in flight`);
    const status = await connection.send(renderRequest(request, this.#port));
    this.#free.push(connection);
    const isSuccess = status >= 200 && status <= 299;
    if (!isSuccess) throw new Error(`${request.path} got HTTP ${status}`);
  }

  end(): void {
    for (const connection of this.#connections) connection.end();
  }
}
