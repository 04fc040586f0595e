import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { tokenOf } from './support.ts';

/** The path of the feed. */
export const feedPath = '/post/feed/posted';

export interface ReaderOptions {
  readonly serverUrl: string;
  /** Default: a user of its own. */
  readonly userId?: string;
  /** Whether it resumes from its cursor; otherwise, it is a plain connection. */
  readonly resumable: boolean;
  /** Whether it acknowledges posts, at most every 100 ms, like the generated client. */
  readonly acks: boolean;
  onPost(text: string): void;
  /** Called for every message after `ready`. With it, messages are not parsed: `onPost` is not called, and the cursor stays. */
  readonly onUnparsed?: () => void;
  /** Called when an open connection is lost. */
  onLost(): void;
  /** Called when the server sends a reset. */
  onReset(): void;
}

/** The fields of a frame that a reader needs. */
interface Frame {
  readonly type: 'ready' | 'post' | 'checkpoint' | 'reset' | 'bye';
  readonly cursor?: string;
  readonly payload?: { readonly postText: string };
}

const ackDelayMs = 100;

/** The lightest possible client: 5,000 of them leave a core of the generator free to create load. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #headers: Readonly<Record<string, string>>;
  #socket: WebSocket | null = null;
  #cursor = 'now';
  #ackTimer: NodeJS.Timeout | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#headers = { Authorization: `Bearer ${tokenOf(options.userId ?? randomUUID())}` };
  }

  /** Connects once. Resolves with whether the server accepted: after `ready` if it is resumable, otherwise once it is open. */
  connect(): Promise<boolean> {
    const { serverUrl, resumable } = this.#options;
    const query = resumable ? `?since=${this.#cursor}` : '';
    const socket = new WebSocket(`${serverUrl.replace(/^http/, 'ws')}${feedPath}${query}`, {
      headers: this.#headers,
      perMessageDeflate: false,
      handshakeTimeout: 30_000,
    });
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let isServed = false;
    const served = () => {
      isServed = true;
      resolve(true);
    };
    if (!resumable) socket.once('open', served);
    socket.on('message', (data: Buffer) => {
      if (isServed && this.#options.onUnparsed !== undefined) {
        this.#options.onUnparsed();
        return;
      }
      const frame = JSON.parse(data.toString()) as Frame;
      if (frame.type === 'ready') served();
      this.#take(frame);
    });
    // `close` follows and is handled.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(this.#ackTimer);
      this.#ackTimer = undefined;
      if (isServed) this.#options.onLost();
      else resolve(false);
    });
    return promise;
  }

  /** Resets the connection. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Closes it for good, without calling back. */
  end(): void {
    this.#socket?.removeAllListeners('close');
    clearTimeout(this.#ackTimer);
    this.#socket?.terminate();
  }

  #take({ type, cursor, payload }: Frame): void {
    if (cursor !== undefined && (type !== 'ready' || this.#cursor === 'now')) this.#cursor = cursor;
    if (type === 'reset') this.#options.onReset();
    if (payload === undefined) return;
    this.#options.onPost(payload.postText);
    if (this.#options.acks) this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ackDelayMs);
  }

  #acknowledge(): void {
    this.#ackTimer = undefined;
    this.#socket?.send(JSON.stringify({ type: 'ack', cursor: this.#cursor }));
  }
}

/** Opens all connections, some at a time. Throws if one is refused. */
export async function openAll(open: readonly (() => Promise<boolean>)[]): Promise<void> {
  const atATime = 100;
  for (let first = 0; first < open.length; first += atATime) {
    const opened = await Promise.all(open.slice(first, first + atATime).map((connect) => connect()));
    if (opened.includes(false)) throw new Error('a connection was refused');
  }
}
