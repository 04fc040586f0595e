import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, PostedError } from '../../shared/errors.ts';
import type { RefusalReason } from '../observer.ts';

/** Why a handshake ends before the upgrade: what is counted, and what the client is told. */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  readonly error: PostedError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    reason: RefusalReason,
    error: PostedError,
    options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(error.message, { cause: error });
    this.reason = reason;
    this.error = error;
    this.status = options.status ?? error.status;
    this.headers = options.headers ?? {};
  }
}

/** The refusal that needs no more than a reason for those who count, and a code and a message for the client. */
export function refusal(
  reason: RefusalReason,
  code: ErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return new Refusal(reason, new PostedError(code, message), { headers });
}

/** Answers an upgrade request with an HTTP error in the shape of the REST interface's, and ends the socket. */
export function refuse(socket: Duplex, requestId: string, why: Refusal): void {
  const { error, status } = why;
  const body = JSON.stringify({ message: error.message, request_id: requestId, code: error.code });
  const headers: Record<string, string> = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    Connection: 'close',
    ...why.headers,
  };
  if (error.retryAfterSeconds !== undefined) headers['Retry-After'] = String(error.retryAfterSeconds);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
