import type { ClientStatus } from './client.ts';
import { PostedClientError } from './client-error.ts';
import { safely } from './safely.ts';

/** The part of the options that is the same for every channel. */
export interface ClientSettings {
  readonly onStatus?: (status: ClientStatus) => void;

  /**
   * Told of frames that break the contract (they are dropped), of handlers that threw, of messages
   * that may be missing, of a cursor that could not be saved, and of the error that ends the client.
   * A connection that is lost and opened again is no error: see `onStatus`. Default: `console.error`.
   */
  readonly onError?: (error: PostedClientError) => void;

  /** Aborting it does what `close` does. */
  readonly signal?: AbortSignal;

  /**
   * How long to wait between attempts: a random time up to `baseMs` (250) after the first failure,
   * twice as much after each further one, up to `maxMs` (30,000), and from the beginning again after a
   * connection has held for 10 s. A Retry-After of the server comes on top. False: the first failure
   * or loss ends the client.
   */
  readonly reconnect?: false | { readonly baseMs?: number; readonly maxMs?: number };

  /** How long the credentials may take to come, and then the handshake. Default: 15,000. */
  readonly connectTimeoutMs?: number;

  /**
   * After how long without a message or a ping a connection counts as dead; 0: never. Posted servers
   * ping every 30 s. Default: 75,000. Browsers hide pings, so that this has no effect there.
   */
  readonly silenceTimeoutMs?: number;

  /** The largest message taken, in bytes. Default: 1 MiB. Browsers take what comes. */
  readonly maxFrameBytes?: number;

  /**
   * How many messages may wait for the application before the server is made to wait. Default: 1,024.
   * A browser cannot make it wait: there the connection is closed with 4420, and opened again when
   * there is room. Unless it is resumed, `onError` learns that messages may be missing.
   */
  readonly maxWaitingMessages?: number;
}

/** The settings with every default resolved. */
export interface ResolvedSettings {
  readonly onStatus: (status: ClientStatus) => void;
  readonly onError: (error: PostedClientError) => void;
  /** Null: never again. */
  readonly backoff: { readonly baseMs: number; readonly maxMs: number } | null;
  readonly connectTimeoutMs: number;
  readonly silenceTimeoutMs: number;
  readonly maxFrameBytes: number;
  readonly maxWaitingMessages: number;
}

/** @throws PostedClientError `invalid_options` */
export function resolveSettings(settings: ClientSettings): ResolvedSettings {
  const { reconnect = {} } = settings;
  return {
    onStatus: safely(settings.onStatus ?? (() => {})),
    onError: safely(settings.onError ?? console.error),
    backoff:
      reconnect === false
        ? null
        : {
            baseMs: atLeast(1, 'reconnect.baseMs', reconnect.baseMs ?? 250),
            maxMs: atLeast(1, 'reconnect.maxMs', reconnect.maxMs ?? 30_000),
          },
    connectTimeoutMs: atLeast(1, 'connectTimeoutMs', settings.connectTimeoutMs ?? 15_000),
    silenceTimeoutMs: atLeast(0, 'silenceTimeoutMs', settings.silenceTimeoutMs ?? 75_000),
    maxFrameBytes: atLeast(1, 'maxFrameBytes', settings.maxFrameBytes ?? 1_048_576),
    maxWaitingMessages: atLeast(1, 'maxWaitingMessages', settings.maxWaitingMessages ?? 1_024),
  };
}

/** Timers of JavaScript take 31 bits; what is larger would fire at once. */
const maxSetting = 2 ** 31 - 1;

export function atLeast(minimum: number, name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maxSetting) return value;
  throw new PostedClientError(
    'invalid_options',
    `${name} is no whole number from ${minimum} to ${maxSetting}.`,
  );
}
