import { invalidOptions, PostedClientError } from './client-error.ts';
import type { InvalidMessage } from './message-codec.ts';

/** Whether a client continues after an invalid message, or closes without acknowledging anything after it. */
export type InvalidDecision = 'continue' | 'close';

/** A failure, and what the client makes of it by default. */
export interface ClientFailure {
  readonly error: PostedClientError;
  /** The number of the next attempt since the last stable connection, from 1. */
  readonly attempt: number;
  /** Whether the client has ever been open: then it has the right URL, and had valid credentials. */
  readonly wasOpen: boolean;
  /** Whether the client ends with the error, unless `shouldRetry` returns true. */
  readonly isFinal: boolean;
}

export type Transport = 'auto' | 'websocket' | 'sse';

/** The options that are the same for every channel. */
export interface ClientSettings {
  /**
   * Called for invalid messages (without `onInvalid`), for handlers that threw, when messages may be
   * missing, when a cursor could not be saved, and with the error that ends the client. A lost
   * connection that is opened again is not an error: see `status`. Default: `console.error`.
   */
  readonly onError?: (error: PostedClientError) => void;

  /**
   * Called with messages of types that are not in the contract, as a later server may send: the JSON
   * value, or the bytes of a binary message. They are delivered in order, and the next message waits until
   * the promise settles; then the cursor of the message, if it has a valid one, is acknowledged and saved
   * like any other. Errors it throws go to `onError`. Default: such messages are ignored.
   */
  readonly onUnknown?: (message: unknown) => void | Promise<void>;

  /**
   * Decides what to do after an invalid message: one that cannot be read or that breaks the contract.
   * Fields that are not in the contract are ignored and do not make a message invalid.
   *
   * It is called in the order of the messages. Until its promise settles, no later message is delivered,
   * so none is acknowledged and no cursor after the invalid message is saved. `continue` delivers the next
   * message, whose cursor then covers the invalid one too. `close` ends the client with the error: nothing
   * after the last processed message is acknowledged or saved, so a client that starts from the saved
   * cursor receives the invalid message again. If it throws, the error goes to `onError` and the client
   * is closed.
   *
   * Default: the error goes to `onError` when the message is received, and the client continues.
   */
  readonly onInvalid?: (invalid: InvalidMessage) => InvalidDecision | Promise<InvalidDecision>;

  /** Aborting it closes the client, like `close`. */
  readonly signal?: AbortSignal;

  /**
   * The back-off between attempts: a random delay up to `baseMs` (250) after the first failure, doubled
   * after each further one up to `maxMs` (30,000), and reset once a connection has lasted 10 s. The
   * server's Retry-After is added. False: the client ends at the first failure or lost connection.
   */
  readonly reconnect?: false | { readonly baseMs?: number; readonly maxMs?: number };

  /**
   * Decides after each failed attempt and each lost connection whether to try again. Default:
   * `({ isFinal }) => !isFinal`, where these are final:
   *
   * - a close code after which clients must not reconnect (docs/reference.md);
   * - before the client has been open for the first time, an HTTP status below 500 other than 408, 425 and
   *   429. Afterwards no status is, since it may be that of a proxy while servers are replaced;
   * - rejected credentials (401 or 4401): fixed ones at once before the first connection and after 4401,
   *   otherwise the fifth time in a row before the first connection, and the tenth time after it.
   *
   * An unreachable server is never final. If the function throws, the error goes to `onError`, and the default
   * applies.
   */
  readonly shouldRetry?: (failure: ClientFailure) => boolean;

  /** Called with a line of text for each change of the status and its reason. Default: nothing is logged. */
  readonly log?: (line: string) => void;

  /** Time limit for the credentials, again for the handshake, and for an ack over HTTP. Default: 15,000. */
  readonly connectTimeoutMs?: number;

  /**
   * A connection without a message or a ping for this long counts as lost; 0: never. Posted servers
   * ping every 30 s. Default: 75,000. No effect in browsers, which hide pings.
   */
  readonly silenceTimeoutMs?: number;

  /** The largest accepted message, in bytes. Default: 1 MiB. No effect in browsers. */
  readonly maxFrameBytes?: number;

  /**
   * How the client connects. `sse` means server-sent events, for channels whose messages are durable and whose clients
   * send only acks. `auto` uses them where WebSockets cannot be opened and HTTP can, with the same cursor, and comes back
   * to a WebSocket. Default: `auto` where the channel allows it; with `agent`, `ca` or `proxy`, `websocket`.
   */
  readonly transport?: Transport;

  /**
   * With `transport: 'auto'`: how long after a fallback the client sees whether WebSockets can be opened again, which
   * does not interrupt it. Doubled each time, up to 10 minutes. Default: 60,000.
   */
  readonly webSocketRetryMs?: number;

  /** The `http.Agent`, or for `wss` the `https.Agent`, that opens connections. No effect in browsers. */
  readonly agent?: object;

  /** The certificate authorities to trust instead of the default ones, as PEM. No effect in browsers. */
  readonly ca?: string | readonly string[];

  /**
   * The URL of the HTTP proxy to connect through, with its user and password if it needs them. It must allow CONNECT.
   * No effect in browsers, which have settings of their own.
   */
  readonly proxy?: string | URL;

  /**
   * How many messages may wait for the application before the client stops reading. Default: 1,024.
   * Resumable connections ask the server to send at most half as many, and at most 256, unprocessed ones.
   * Browsers cannot stop reading: there the connection is closed with 4420 and opened again once there
   * is room. Unless it is resumed, `onError` is told that messages may be missing.
   */
  readonly maxWaitingMessages?: number;
}

/** The settings with every default resolved. */
export interface ResolvedSettings {
  readonly onError: (error: PostedClientError) => void;
  readonly onUnknown: ClientSettings['onUnknown'] | undefined;
  readonly onInvalid: ClientSettings['onInvalid'] | undefined;
  readonly shouldRetry: (failure: ClientFailure) => boolean;
  readonly log: ClientSettings['log'] | undefined;
  /** Null: never reconnect. */
  readonly backoff: { readonly baseMs: number; readonly maxMs: number } | null;
  readonly connectTimeoutMs: number;
  readonly silenceTimeoutMs: number;
  readonly maxFrameBytes: number;
  readonly maxWaitingMessages: number;
  readonly transport: Transport;
  readonly webSocketRetryMs: number;
  readonly agent: ClientSettings['agent'] | undefined;
  readonly ca: ClientSettings['ca'] | undefined;
  readonly proxy: ClientSettings['proxy'] | undefined;
}

/** @throws PostedClientError `invalid_options` */
export function resolveSettings(settings: ClientSettings): ResolvedSettings {
  const { reconnect = {}, shouldRetry } = settings;
  const onError = safely(settings.onError ?? console.error);
  return {
    onError,
    onUnknown: settings.onUnknown,
    onInvalid: settings.onInvalid,
    shouldRetry: (failure) => {
      try {
        if (shouldRetry !== undefined) return shouldRetry(failure);
      } catch (cause) {
        onError(new PostedClientError('handler', 'The function `shouldRetry` threw.', { cause }));
      }
      return !failure.isFinal;
    },
    log: settings.log && safely(settings.log),
    transport: checkTransport(settings),
    webSocketRetryMs: checkInteger('webSocketRetryMs', settings.webSocketRetryMs ?? 60_000, 1),
    agent: settings.agent,
    ca: settings.ca,
    proxy: settings.proxy,
    backoff:
      reconnect === false
        ? null
        : {
            baseMs: checkInteger('reconnect.baseMs', reconnect.baseMs ?? 250, 1),
            maxMs: checkInteger('reconnect.maxMs', reconnect.maxMs ?? 30_000, 1),
          },
    connectTimeoutMs: checkInteger('connectTimeoutMs', settings.connectTimeoutMs ?? 15_000, 1),
    silenceTimeoutMs: checkInteger('silenceTimeoutMs', settings.silenceTimeoutMs ?? 75_000, 0),
    maxFrameBytes: checkInteger('maxFrameBytes', settings.maxFrameBytes ?? 1_048_576, 1),
    maxWaitingMessages: checkInteger('maxWaitingMessages', settings.maxWaitingMessages ?? 1_024, 1),
  };
}

function checkTransport({ transport = 'auto', agent, ca, proxy }: ClientSettings): Transport {
  const needsSocket = agent !== undefined || ca !== undefined || proxy !== undefined;
  if (!needsSocket) return transport;
  if (transport === 'sse')
    throw invalidOptions('`transport`: `sse` works without `agent`, `ca` and `proxy`.');
  return 'websocket';
}

/** JavaScript timers take 31 bits: a longer delay would fire at once. */
const maxSetting = 2 ** 31 - 1;

/** @throws PostedClientError `invalid_options` unless `value` is an integer from `minimum` to 2^31 - 1 */
export function checkInteger(option: string, value: number, minimum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maxSetting) return value;
  throw invalidOptions(`\`${option}\` must be an integer from ${minimum} to ${maxSetting}.`);
}

/** A callback whose errors are thrown outside of the client, as those of event listeners are, so that it continues. */
export function safely<Value>(callback: (value: Value) => void): (value: Value) => void {
  return (value) => {
    try {
      callback(value);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  };
}
