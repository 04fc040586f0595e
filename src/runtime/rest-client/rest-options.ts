import type { BasicCredentials } from '../shared/credentials.ts';
import type { TokenRequest } from '../shared/token-source.ts';
import { RestError } from './rest-error.ts';

export interface RestOptions<Schemes> {
  /** The server's URL: `http`, `https`, `ws` or `wss`. The paths of the contract are appended to it. */
  readonly url?: string | URL;
  /**
   * The credential, or a function that returns it; an object by name of the security scheme if the contract has several.
   * The function is called when the first request needs it and, with the rejected credential as `stale`, once after a
   * 401. Requests at the same time share one call. To share a token with a channel, pass both the same `tokenSource`.
   */
  readonly auth?: RestAuth<Schemes>;
  /** Time limit for each attempt, from its start to the end of the answer. Default: 15,000. */
  readonly timeoutMs?: number;
  /** When to send a request again. False: never. */
  readonly retry?: false | RetryOptions;
  /**
   * Decides after each failed attempt but the last of `retry.attempts` whether to send the request again, with the same
   * back-off. Default: `({ isFinal }) => !isFinal`. What it throws rejects the call.
   */
  readonly shouldRetry?: (failure: RestFailure) => boolean;
  /** Called with a line of text for each retry and its reason. Default: nothing is logged. */
  readonly log?: (line: string) => void;
  /** A larger response is an error. Default: 16 MiB. */
  readonly maxResponseBytes?: number;
  /** Replaces the `fetch` of the platform, for a proxy or a test. */
  readonly fetch?: typeof fetch;
}

/**
 * A request is sent again after no answer, 408, 502, 503 or 504 if its method is idempotent (RFC 9110 section 9.2.2) or it
 * has an idempotency key, and after 429 always.
 */
export interface RetryOptions {
  /** How often to send a request at most. Default: 4. */
  readonly attempts?: number;
  /** A random delay up to this precedes the first retry; it doubles for each further one. Default: 250. */
  readonly baseMs?: number;
  /** The longest delay. If Retry-After asks for a longer one, the error is thrown instead. Default: 30,000. */
  readonly maxMs?: number;
}

/** A failed attempt, and what the client makes of it by default. */
export interface RestFailure {
  readonly error: RestError;
  /** The number of the next attempt, from 2. */
  readonly attempt: number;
  /** Whether the call rejects with the error, unless `shouldRetry` returns true. */
  readonly isFinal: boolean;
}

/** The options of one call. */
export interface CallOptions {
  /** Aborting it rejects the call with its reason. */
  readonly signal?: AbortSignal;
  /** Replaces the client's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Replaces the client's `retry`. */
  readonly retry?: false | RetryOptions;
}

type CredentialOf<Kind> = Kind extends 'basic'
  ? BasicCredentials | (() => BasicCredentials | Promise<BasicCredentials>)
  : string | ((request: TokenRequest) => string | Promise<string>);

type IsUnion<Value, All = Value> = Value extends unknown ? ([All] extends [Value] ? false : true) : never;

type RestAuth<Schemes> =
  | { readonly [Name in keyof Schemes]?: CredentialOf<Schemes[Name]> }
  | (IsUnion<keyof Schemes> extends false ? CredentialOf<Schemes[keyof Schemes]> : never);

/** The settings of a call with every default resolved. */
export interface CallSettings {
  readonly signal: AbortSignal | undefined;
  readonly shouldRetry: (failure: RestFailure) => boolean;
  readonly log: ((line: string) => void) | undefined;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

/** @throws RestError `invalid_options` */
export function resolveCall(
  client: Pick<RestOptions<never>, 'timeoutMs' | 'retry' | 'shouldRetry' | 'log'>,
  call: CallOptions = {},
): CallSettings {
  const given = call.retry ?? client.retry ?? {};
  const retry = given === false ? { attempts: 1 } : given;
  return {
    signal: call.signal,
    shouldRetry: client.shouldRetry ?? (({ isFinal }) => !isFinal),
    log: client.log,
    timeoutMs: checkPositive('timeoutMs', call.timeoutMs ?? client.timeoutMs ?? 15_000),
    attempts: checkPositive('retry.attempts', retry.attempts ?? 4),
    baseMs: checkPositive('retry.baseMs', retry.baseMs ?? 250),
    maxMs: checkPositive('retry.maxMs', retry.maxMs ?? 30_000),
  };
}

/** JavaScript timers take 31 bits: a longer delay would fire at once. */
const maxSetting = 2 ** 31 - 1;

/** @throws RestError `invalid_options` */
export function checkPositive(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= maxSetting) return value;
  throw new RestError('invalid_options', '', `\`${option}\` must be an integer from 1 to ${maxSetting}.`);
}
