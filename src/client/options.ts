import type { ChannelTypes } from './channel.ts';
import type { ClientStatus } from './client.ts';
import { PostedClientError } from './client-error.ts';
import type { CursorStore } from './cursor-store.ts';
import { safely } from './safely.ts';

/** What `connect` takes. `credentials`, `parameters` and `query` are there as the contract says. */
export type ConnectOptions<Types extends ChannelTypes> = BaseOptions<Types> &
  CredentialsOption<Types['credentials']> &
  ParametersOption<Types['parameters']> &
  QueryOption<Types['query']> &
  ResumeOptions<Types>;

interface BaseOptions<Types extends ChannelTypes> extends ClientSettings {
  /**
   * Where the server is: `ws`, `wss`, `http` or `https`. A path is kept in front of the channel's
   * address; a query, a fragment and a user are refused.
   */
  readonly url: string | URL;

  /**
   * Handlers by message name. A message waits until the promise of the handler before it has settled;
   * one without a handler is passed over. What a handler throws goes to `onError`, and the next
   * message follows: the one that failed counts as processed and does not come again, for it could
   * fail for ever. With this option the client cannot be read by `for await`.
   */
  readonly on?: {
    readonly [Name in keyof Types['receives']]?: (message: Types['receives'][Name]) => void | Promise<void>;
  };
}

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

  /** How long the token may take to come, and then the handshake. Default: 15,000. */
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

/** What the application gives for a credential, by its kind. */
interface CredentialKinds {
  /**
   * A token, or what gets one: it is asked before every attempt, so that the token is never an old one.
   * After it has thrown it is asked again later, unless it threw a PostedClientError `unauthorized`:
   * that ends the client. A token that the server refuses is asked for once more, so that the client
   * ends where the same comes back, or another one is refused too.
   */
  readonly bearer: string | (() => string | Promise<string>);
}

type CredentialFor<Kind> = Kind extends keyof CredentialKinds ? CredentialKinds[Kind] : never;

/** Whether an object of this type may be left out: nothing in it is required. */
type Optional<Value> =
  Value extends Record<string, never> ? true : Partial<Value> extends Value ? true : false;

type CredentialsOption<Schemes> =
  Optional<Schemes> extends true
    ? { readonly credentials?: never }
    : {
        /** By name of the security scheme; any one of the contract's suffices. */
        readonly credentials: {
          [Name in keyof Schemes]: { readonly [Only in Name]: CredentialFor<Schemes[Name]> };
        }[keyof Schemes];
      };

type ParametersOption<Parameters> =
  Optional<Parameters> extends true
    ? { readonly parameters?: Parameters }
    : {
        /** What stands for the `{parameter}` expressions of the address. */
        readonly parameters: Parameters;
      };

type QueryOption<Query> =
  Optional<Query> extends true
    ? {
        /** The query of the URL. */
        readonly query?: Query;
      }
    : {
        /** The query of the URL. */
        readonly query: Query;
      };

/** Where connections cannot be resumed, there is nothing to choose. */
type ResumeOptions<Types> = Types extends { readonly reset: infer Reset }
  ? [Reset] extends [never]
    ? NoResumeOptions
    : {
        /**
         * Whether a new connection goes on where the last one was lost, so that each message comes once
         * and none is missing. Default: true. False: a plain connection, which gets what comes while it
         * is open; `since` is not sent.
         */
        readonly resume?: boolean;

        /**
         * Where the cursor is kept: the place up to which the application has processed everything. It
         * goes before `since` of the query, which says where to begin without a cursor (default: `now`).
         * After a restart, what was being processed when the process ended comes again. Default:
         * `memoryCursor()`.
         */
        readonly cursors?: CursorStore;

        /**
         * Told that the server no longer has what the client has missed: messages are missing. It is
         * called in the order of the messages, and the next waits until its promise has settled. Without
         * it, `onError` learns it.
         */
        readonly onReset?: (reset: Reset) => void | Promise<void>;
      }
  : NoResumeOptions;

interface NoResumeOptions {
  readonly resume?: never;
  readonly cursors?: never;
  readonly onReset?: never;
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

function atLeast(minimum: number, name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maxSetting) return value;
  throw new PostedClientError(
    'invalid_options',
    `${name} is no whole number from ${minimum} to ${maxSetting}.`,
  );
}
