/** What the client needs of a platform's WebSocket (RFC 6455), and how it learns why one ended. */
export interface Platform {
  /**
   * How many attempts without an answer end a client that was never connected. A platform that hides
   * why a handshake failed needs such an end: the credentials may be refused each time.
   */
  readonly maxFirstAttempts: number;
  /** Whether it can set headers of the handshake. One that cannot sends cookies of its own. */
  readonly setsHeaders: boolean;
  open(target: SocketTarget, events: SocketEvents): Socket;
}

export interface SocketTarget {
  readonly url: URL;
  /** Of the handshake, where the platform sets them. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be offered where the platform sets no headers; empty where there are no credentials. */
  readonly protocols: readonly string[];
  readonly maxFrameBytes: number;
  /** 0: no limit. */
  readonly silenceTimeoutMs: number;
}

/** What a text message holds, or the bytes of a binary one. */
export type Frame = string | Uint8Array<ArrayBuffer>;

export interface SocketEvents {
  opened(): void;
  frame(frame: Frame): void;
  ended(ending: Ending): void;
}

export interface Socket {
  /** What was sent and is still here, in bytes. */
  readonly bufferedBytes: number;
  send(frame: Frame): void;
  /** Starts the closing handshake (RFC 6455 section 7.1.2). */
  close(code: number, reason: string): void;
  /** Lets go of the connection without one. */
  abandon(): void;
  /** Makes the server wait until `resume`. False where the platform cannot. */
  pause(): boolean;
  resume(): void;
}

/** Why there is no connection. */
export type Ending =
  | {
      /** It was open. */
      readonly kind: 'closed';
      /** 1006 where it broke off without a close frame. */
      readonly code: number;
      readonly reason: string;
      readonly cause?: unknown;
    }
  | {
      /** The handshake was answered with an HTTP error. */
      readonly kind: 'refused';
      readonly status: number;
      /** What the server says of it; may be empty. */
      readonly message: string;
      readonly retryAfterMs: number;
    }
  | {
      /** The handshake had no answer, or one that is no HTTP. */
      readonly kind: 'unreachable';
      readonly cause?: unknown;
    };
