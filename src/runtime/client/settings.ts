import type { ClientStatus } from './client.ts';
import { PostedClientError } from './client-error.ts';
import type { InvalidMessage } from './messages.ts';
import { safely } from './safely.ts';

/** Whether a client goes on after an invalid message, or ends without acknowledging anything after it. */
export type InvalidDecision = 'continue' | 'close';

/** The part of the options that is the same for every channel. */
export interface ClientSettings {
  readonly onStatus?: (status: ClientStatus) => void;

  /**
   * Called for invalid messages (unless there is an `onInvalid`), for handlers that threw, for messages
   * that may be missing, for a cursor that could not be saved, and for the error that ends the client.
   * A connection that is lost and opened again is not an error: see `onStatus`. Default: `console.error`.
   */
  readonly onError?: (error: PostedClientError) => void;

  /**
   * Called with messages of a type that the contract does not have, as a later server may send: the JSON
   * value, or the bytes of a binary message. They come in the order of the messages, and the next one
   * waits until the promise has settled; then the cursor of such a message, if it has a valid one, is
   * acknowledged and saved like any other. What it throws goes to `onError`. Default: they are ignored.
   */
  readonly onUnknown?: (message: unknown) => void | Promise<void>;

  /**
   * Decides what follows an invalid message: one that cannot be read, or that breaks the contract. A field
   * that the contract does not have is ignored and does not make a message invalid.
   *
   * It is called in the order of the messages. Until its promise has settled, no later message is handed
   * over, so none is acknowledged and no cursor after the invalid message is saved. `continue` hands over
   * the next message, whose cursor then covers the invalid one too. `close` ends the client with the error:
   * nothing after the last processed message is acknowledged or saved, so a client that begins there gets
   * the invalid message again. What it throws goes to `onError`, and the client is closed.
   *
   * Default: the error goes to `onError` when the message is received, and the client continues.
   */
  readonly onInvalid?: (invalid: InvalidMessage) => InvalidDecision | Promise<InvalidDecision>;

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
  readonly onUnknown: ClientSettings['onUnknown'] | undefined;
  readonly onInvalid: ClientSettings['onInvalid'] | undefined;
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
    onUnknown: settings.onUnknown,
    onInvalid: settings.onInvalid,
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
