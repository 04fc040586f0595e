/**
 * A server that posts are sent to over HTTP, and that fans each out to all of its WebSocket
 * subscribers: ours, and what a user might take instead.
 */
export interface Peer {
  /** As in results and on the command line: 'posted', 'ws-send' … */
  readonly name: string;
  readonly title: string;
  /** What it does for a message, and what it leaves out that others do. */
  readonly about: string;
  /** Builds and installs what is kept between runs; resolves with why it cannot run here, or with null. */
  prepare(): Promise<string | null>;
  /** Starts it as a process of its own, on a free port of 127.0.0.1. */
  start(settings?: Readonly<Record<string, string>>): Promise<PeerProcess>;
}

export interface PeerProcess {
  readonly port: number;
  readonly pid: number;
  readonly dialect: Dialect;
  /** Ends it, and rejects if it had ended before. */
  stop(): Promise<void>;
}

/** How a peer is spoken to. */
export interface Dialect {
  /** The request that opens the WebSocket of one subscriber; `user` is a UUID. */
  upgrade(user: string): HttpRequest;
  /** Text frames that a subscriber sends as soon as it is open. */
  readonly greetings: readonly string[];
  /** How many frames a subscriber is sent before the first post can reach it. */
  readonly welcomes: number;
  /** The request that publishes a post; any 2xx answer means that it is taken. */
  post(text: string): HttpRequest;
}

export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; left out for GET. */
  readonly body?: string;
}
