import type { ChannelDescriptor, ResumeDescriptor } from '../shared/descriptor.ts';
import type { PostedClientError } from './client-error.ts';
import type { TabCursor } from './cursor-store.ts';

/** What the client needs of a platform: a WebSocket (RFC 6455) that reports why it ended. */
export interface Platform {
  /** Whether it can set handshake headers. A platform that cannot sends its own cookies. */
  readonly setsHeaders: boolean;
  readonly open: (target: SocketTarget, events: SocketEvents) => Socket;
  /** Reads a channel as server-sent events; absent if it cannot. */
  readonly openStream?: OpenStream;
  /** Throws PostedClientError `invalid_options` for settings that cannot work here. */
  readonly check?: (settings: Pick<SocketTarget, 'proxy'>) => void;
  /** Calls back when connections may be possible again, or may have been lost unnoticed. Returns how to stop. */
  readonly onWake?: (listener: (wake: Wake) => void) => () => void;
  /** Resolves with a platform whose connections are shared with other tabs; null if there cannot be any. */
  readonly share?: (sharing: Sharing) => Promise<Platform | null>;
}

/** What a client must know to share its connections with other tabs. */
export interface Sharing {
  readonly channel: ChannelDescriptor;
  readonly names: ResumeDescriptor;
  readonly tab: TabCursor;
  readonly connectTimeoutMs: number;
  readonly onError: (error: PostedClientError) => void;
}

export type OpenStream = (target: SocketTarget, names: ResumeDescriptor, events: SocketEvents) => Socket;

/**
 * Why connections may have been lost: the `network` is another one, or was suspended with the page; or the `page` is
 * visible again, after a time in which it may have missed anything.
 */
export type Wake = 'network' | 'page';

export interface SocketTarget {
  readonly url: URL;
  /** Handshake headers; only if the platform can set them. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Subprotocols that carry the credentials and ask for readable refusals; only if the platform cannot set headers.
   */
  readonly protocols: readonly string[];
  readonly maxFrameBytes: number;
  readonly connectTimeoutMs: number;
  /** 0: no limit. */
  readonly silenceTimeoutMs: number;
  readonly agent?: object | undefined;
  readonly ca?: string | readonly string[] | undefined;
  readonly proxy?: string | URL | undefined;
}

/** The text of a text message, or the bytes of a binary one. */
export type Frame = string | Uint8Array<ArrayBuffer>;

export interface SocketEvents {
  opened(): void;
  frame(frame: Frame): void;
  ended(ending: Ending): void;
}

export interface Socket {
  /** Bytes that `send` has queued and the network has not taken yet. */
  readonly bufferedBytes: number;
  send(frame: Frame): void;
  /** Starts the closing handshake (RFC 6455 section 7.1.2). */
  close(code: number, reason: string): void;
  /** Drops the connection without a closing handshake. */
  abandon(): void;
  /** Stops reading until `resume`. False if the platform cannot. */
  pause(): boolean;
  resume(): void;
}

/** Why a connection ended or could not be opened. */
export type Ending =
  | {
      /** The connection was open before. */
      readonly kind: 'closed';
      /** 1006 if it ended without a close frame. */
      readonly code: number;
      readonly reason: string;
      readonly cause?: unknown;
    }
  | {
      /** The server answered the handshake with an HTTP error, or with a close code that means one. */
      readonly kind: 'refused';
      readonly status: number;
      /** The server's explanation; may be empty. */
      readonly message: string;
      readonly retryAfterMs: number;
    }
  | {
      /** The handshake got no response, or one that is not HTTP. */
      readonly kind: 'unreachable';
      readonly cause?: unknown;
    };
