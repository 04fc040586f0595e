/**
 * The error that clients see. Its code determines the HTTP status over REST. On a WebSocket it determines the refusal
 * before the upgrade; after it, the error is the answer to its request, or closes the connection if there is none.
 */

/** The closed set of codes, each with its HTTP status (RFC 9110). */
export const statusOf = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  /** An idempotency key came with another request than before. */
  idempotency_key_reused: 422,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
  /** It may have been done: the answer of a database was lost. A retry with the same idempotency key is safe. */
  outcome_unknown: 503,
} as const;

export type ErrorCode = keyof typeof statusOf;

export interface PostedErrorOptions {
  /** The original error. It is logged and never sent. */
  readonly cause?: unknown;
  /** After how many milliseconds to retry. REST and handshakes round it up to seconds (Retry-After, RFC 9110 section 10.2.3). */
  readonly retryAfterMs?: number;
}

export class PostedError extends Error {
  override readonly name = 'PostedError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  /** `message` is sent to clients: it says what is wrong and how to fix it, and contains no secrets. */
  constructor(code: ErrorCode, message: string, options: PostedErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return statusOf[this.code];
  }

  /** The value of the header Retry-After: whole seconds. */
  get retryAfter(): string | undefined {
    return this.retryAfterMs === undefined ? undefined : String(Math.ceil(this.retryAfterMs / 1000));
  }

  /** Converts anything thrown to a PostedError. An unknown error becomes the `cause` of an `internal` one. */
  static from(thrown: unknown): PostedError {
    if (thrown instanceof PostedError) return thrown;
    return new PostedError('internal', 'Internal error. Include the request_id when you report it.', {
      cause: thrown,
    });
  }
}

/** The code of an error from Node (`ENOENT`), which names the problem without quoting a value. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}
