/** The closed set of what can go wrong with a client. */
export type ClientErrorCode =
  /** `connect` was given something that cannot work; thrown by it. Or `request` was. */
  | 'invalid_options'
  /** A function that gives a credential threw, or gave something that is none. */
  | 'credentials'
  /** The server refused the credentials, and there are no others. */
  | 'unauthorized'
  /** The server answered the handshake with an HTTP error; `status` has it. */
  | 'refused'
  /** There was no answer to the handshake. */
  | 'unreachable'
  /** The connection was lost, or closed, also before the answer to a request; `closeCode` has its code. */
  | 'closed'
  /** The server sent an invalid message: not readable, or breaking the contract. See the option `onInvalid`. */
  | 'bad_frame'
  /** A function in `on` or `answer` threw, or `onReset` did; `cause` has what it threw. */
  | 'handler'
  /**
   * Messages came faster than the application took them, where the platform cannot make the server
   * wait, and the connection was none that could be resumed.
   */
  | 'slow_consumer'
  /** The option `cursors` failed to load or to save; `cause` has what it threw. Or what it kept is no cursor. */
  | 'cursor_store'
  /** The server no longer has what the client has missed, and there is no `onReset` to be told. */
  | 'reset'
  /** What was to be sent, as a message, a request or an answer, breaks the contract. It was not sent. */
  | 'bad_message'
  /** There was no connection to send on. Nothing was sent. */
  | 'not_open'
  /** More was sent than the connection takes, or more was asked than is answered. Nothing was sent. */
  | 'send_buffer_full'
  /** A request was not answered in time. */
  | 'timeout';

export interface ClientErrorDetails {
  readonly cause?: unknown;
  readonly status?: number;
  readonly closeCode?: number;
}

/** The one error class of the client. No message of it holds a credential or the content of a message. */
export class PostedClientError extends Error {
  override readonly name = 'PostedClientError';
  readonly code: ClientErrorCode;
  /** The HTTP status of the refused handshake. Browsers do not show it. */
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
