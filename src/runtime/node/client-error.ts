import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { commonHeaders, errorBody } from '../rest/error-response.ts';
import { PostedError } from '../shared/errors.ts';

/** The largest head of a request: its first line and its headers, in bytes. */
export const maxHeaderBytes = 16_384;

/** How long a client may go on sending after its refusal, before the connection is cut. */
const lingerMs = 500;

/**
 * Answers what is not a request ('clientError' of node:http), and closes the connection: nobody knows
 * where the next request would begin.
 */
export function answerClientError(thrown: Error & { readonly code?: string }, socket: Duplex): void {
  // Gone, or answered already: the parser reports each further piece again.
  if (!socket.writable) return;
  const { status, error } = describe(thrown.code);
  const requestId = randomUUID();
  const body = errorBody(error, requestId);
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...commonHeaders(requestId),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  // Closed at once, a connection with unread input is reset, and the reset may overtake the answer.
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

function describe(code: string | undefined): { readonly status: number; readonly error: PostedError } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const message = `The headers must not be larger than ${maxHeaderBytes} bytes.`;
      return { status: 431, error: new PostedError('too_large', message) };
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        error: new PostedError('invalid_request', 'The request did not arrive in time.'),
      };
    default:
      return { status: 400, error: new PostedError('invalid_request', 'The request is not valid HTTP/1.1.') };
  }
}
