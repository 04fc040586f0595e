/** What the client needs of a platform's WebSocket (RFC 6455), and how it learns why one ended. */
export interface Platform {
  /**
   * How many attempts without an answer end a client that was never connected. A platform that hides
   * why a handshake failed needs such an end: the token may be refused each time.
   */
  readonly maxFirstAttempts: number;
  open(target: SocketTarget, events: SocketEvents): Socket;
}

export interface SocketTarget {
  readonly url: URL;
  /** Null where the channel is open to everyone. */
  readonly token: string | null;
  readonly maxFrameBytes: number;
  /** 0: no limit. */
  readonly silenceTimeoutMs: number;
}

export interface SocketEvents {
  opened(): void;
  /** Null stands for a binary message. */
  frame(text: string | null): void;
  ended(ending: Ending): void;
}

export interface Socket {
  /** What was sent and is still here, in bytes. */
  readonly bufferedBytes: number;
  send(text: string): void;
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
