import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, PostedError } from '../../shared/errors.ts';
import type { RefusalReason } from '../observer.ts';

interface RefusalOptions {
  /** Default: that of the error's code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly remedy?: string | undefined;
}

/** Why a handshake ends before the upgrade: the reason to count, and the error to answer with. */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  readonly error: PostedError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What an operator can change to allow the handshake. It is logged and never sent. */
  readonly remedy: string | undefined;

  constructor(reason: RefusalReason, error: PostedError, options: RefusalOptions = {}) {
    super(error.message, { cause: error });
    this.reason = reason;
    this.error = error;
    this.status = options.status ?? error.status;
    this.headers = options.headers ?? {};
    this.remedy = options.remedy;
  }
}

/** A refusal with the status of its error code. */
export function refusal(
  reason: RefusalReason,
  code: ErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return new Refusal(reason, new PostedError(code, message), { headers });
}

/** Answers an upgrade request with an HTTP error in the form of the REST errors, and ends the socket. */
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
