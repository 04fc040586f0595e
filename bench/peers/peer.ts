/**
 * A server that receives posts over HTTP and sends each to all of its WebSocket subscribers: ours, and
 * alternatives that a user might choose.
 */
export interface Peer {
  /** The name in results and on the command line: 'posted', 'ws-send' … */
  readonly name: string;
  readonly title: string;
  /** What it does for a message, and what it omits. */
  readonly about: string;
  /** Builds and installs what is kept between runs. Resolves with the reason if it cannot run here, otherwise with null. */
  prepare(): Promise<string | null>;
  /** Starts it as a separate process on a free port of 127.0.0.1. */
  start(settings?: Readonly<Record<string, string>>): Promise<PeerProcess>;
}

export interface PeerProcess {
  readonly port: number;
  readonly pid: number;
  readonly dialect: Dialect;
  /** Stops it. Rejects if it had exited before. */
  stop(): Promise<void>;
}

/** The protocol of a peer. */
export interface Dialect {
  /** The request that opens the WebSocket of one subscriber; `user` is a UUID. */
  upgrade(user: string): HttpRequest;
  /** Text frames that a subscriber sends once it is open. */
  readonly greetings: readonly string[];
  /** The number of frames that a subscriber receives before it can receive posts. */
  readonly welcomes: number;
  /** Whether subscribers read server-sent events, each one message, instead of opening a WebSocket. */
  readonly readsEvents?: boolean;
  /** The request that publishes a post; any response with 2xx means success. */
  post(text: string): HttpRequest;
}

export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined for GET. */
  readonly body?: string;
}
