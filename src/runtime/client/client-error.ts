/** The closed set of a client's errors. */
export type ClientErrorCode =
  /** An option of `connect` or of a request cannot work. Thrown by the call. */
  | 'invalid_options'
  /** A function in `auth` threw, was too slow, or returned an unusable value. */
  | 'credentials'
  /** The server rejected the credentials, and there are no others. */
  | 'unauthorized'
  /** The server answered the handshake with an HTTP error, which is in `status`. */
  | 'refused'
  /** The server did not answer the handshake. */
  | 'unreachable'
  /** The connection was lost or closed, possibly before the reply to a request; the code is in `closeCode`. */
  | 'closed'
  /** The server sent a message that cannot be read or breaks the contract (see `onInvalid`), or an unexpected reply. */
  | 'bad_frame'
  /** A function of the application, such as a handler in `on` or `answer`, threw; see `cause`. */
  | 'handler'
  /** Messages may be missing: the application was too slow, on a platform that cannot stop reading, and the connection cannot be resumed. */
  | 'slow_consumer'
  /** The store in `cursor` failed to load or save (see `cause`), or returned something that is not a cursor. */
  | 'cursor_store'
  /** The server no longer has the messages that the client missed, and there is no `onReset`. */
  | 'reset'
  /** A message, request or reply breaks the contract. It was not sent. */
  | 'bad_message'
  /** There is no connection. Nothing was sent. */
  | 'not_open'
  /** Too much data is queued for sending, or too many requests are pending. Nothing was sent. */
  | 'send_buffer_full'
  /** There was no reply to a request in time. */
  | 'timeout';

export interface ClientErrorDetails {
  readonly cause?: unknown;
  readonly status?: number;
  readonly closeCode?: number;
}

/** The only error class of the client. Its messages never contain credentials or the content of a message. */
export class PostedClientError extends Error {
  override readonly name = 'PostedClientError';
  readonly code: ClientErrorCode;
  /** The HTTP status of the refused handshake. Browsers hide it. */
  readonly status: number | undefined;
  /** The close code of RFC 6455 section 7.4. */
  readonly closeCode: number | undefined;

  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.status = details.status;
    this.closeCode = details.closeCode;
  }
}

export function invalidOptions(message: string): PostedClientError {
  return new PostedClientError('invalid_options', message);
}
