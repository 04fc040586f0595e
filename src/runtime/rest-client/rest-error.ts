/** The closed set of a REST client's errors. */
export type RestErrorCode =
  /** The server answered with an error that the contract describes: see `status` and `body`. */
  | 'refused'
  /** The server, or something before it, gave an answer that the contract does not describe. */
  | 'unexpected'
  /** There was no answer in time. The request may have been processed. */
  | 'timeout'
  /** There was no answer, or it was cut off. The request may have been processed. */
  | 'unreachable'
  /** A function in `auth` failed, or `auth` has no credential for the operation. Nothing was sent. */
  | 'credentials'
  /** An option of the client or a part of the request cannot be sent. Nothing was sent. */
  | 'invalid_options';

export interface RestErrorDetails {
  readonly cause?: unknown;
  readonly status?: number;
  readonly headers?: Headers;
  readonly body?: unknown;
  readonly retryAfterMs?: number;
  readonly attempts?: number;
}

/** The only error class of the REST client. Its messages never contain credentials or the content of a request. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly code: RestErrorCode;
  /** The operationId; '' for an option of the client. */
  readonly operation: string;
  readonly status: number | undefined;
  /** The headers of the answer. In browsers, a server of another origin must expose them. */
  readonly headers: Headers | undefined;
  /** The JSON value or text of the answer; undefined if it has none. */
  readonly body: unknown;
  /** After how many milliseconds to try again, if the server said so. */
  readonly retryAfterMs: number | undefined;
  /** How many requests were sent. */
  readonly attempts: number;

  constructor(code: RestErrorCode, operation: string, message: string, details: RestErrorDetails = {}) {
    super(
      operation === '' ? message : `${operation}: ${message}`,
      'cause' in details ? { cause: details.cause } : undefined,
    );
    this.code = code;
    this.operation = operation;
    this.status = details.status;
    this.headers = details.headers;
    this.body = details.body;
    this.retryAfterMs = details.retryAfterMs;
    this.attempts = details.attempts ?? 0;
  }
}

/** An error of an operation as the contract describes it. Compare `status` to narrow the type of `body`. */
export type Refusal<Status extends number, Body> = RestError & {
  readonly code: 'refused';
  readonly status: Status;
  readonly headers: Headers;
  readonly body: Body;
};
