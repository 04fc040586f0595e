import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { HttpRequest } from '../peers/peer.ts';
import { readAnswer, renderRequest } from './http.ts';

const buffer = Buffer.alloc(65_536);

/** A keep-alive connection and its pending request. */
class Line {
  readonly #socket: Socket;
  #answer = '';
  #waiting: PromiseWithResolvers<number> | null = null;

  constructor(port: number) {
    const onread = {
      buffer,
      callback: (length: number) => {
        this.#take(buffer.toString('latin1', 0, length));
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
    const waiting = Promise.withResolvers<number>();
    this.#waiting = waiting;
    this.#socket.write(bytes);
    return waiting.promise;
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#answer += text;
    const answer = readAnswer(this.#answer);
    if (answer === null) return;
    this.#answer = '';
    this.#waiting?.resolve(answer.status);
    this.#waiting = null;
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

/**
 * Sends requests over keep-alive connections. The cheapest possible HTTP client, so that the machine is left
 * to the server.
 */
export class Publisher {
  readonly #port: number;
  readonly #lines: readonly Line[];
  readonly #free: Line[];

  private constructor(port: number, lines: readonly Line[]) {
    this.#port = port;
    this.#lines = lines;
    this.#free = [...lines];
  }

  /** Resolves when all connections are open. */
  static async open(port: number, connections: number): Promise<Publisher> {
    const lines = Array.from({ length: connections }, () => new Line(port));
    await Promise.all(lines.map((line) => line.open()));
    return new Publisher(port, lines);
  }

  /**
   * Resolves after a response with 2xx; rejects after any other response.
   *
   * @throws Error if more requests are in flight than there are connections
   */
  async send(request: HttpRequest): Promise<void> {
    const line = this.#free.pop();
    if (line === undefined) throw new Error(`more than ${this.#lines.length} requests are in flight`);
    const status = await line.send(renderRequest(request, this.#port));
    this.#free.push(line);
    const isTaken = status >= 200 && status <= 299;
    if (!isTaken) throw new Error(`${request.path} got HTTP ${status}`);
  }

  end(): void {
    for (const line of this.#lines) line.end();
  }
}
