/**
 * The error that clients see. Its code determines what they receive: over REST the HTTP status, on a
 * WebSocket the refusal before the upgrade or the close code after it.
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
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof statusOf;

export interface PostedErrorOptions {
  /** What was caught. It is logged and never sent. */
  readonly cause?: unknown;
  /** When another try makes sense, in seconds (Retry-After, RFC 9110 section 10.2.3). */
  readonly retryAfterSeconds?: number;
}

export class PostedError extends Error {
  override readonly name = 'PostedError';
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;

  /** `message` is sent to clients: it says what is wrong and how to fix it, without secrets. */
  constructor(code: ErrorCode, message: string, options: PostedErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return statusOf[this.code];
  }

  /** Turns anything caught into a PostedError. An unknown error becomes `internal`, and its text stays in `cause`. */
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
