import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, PostedError } from '../../shared/errors.ts';
import { allowOrigin, type OriginPolicy, printableOrigin } from '../../shared/origin.ts';
import type { RefusalReason } from '../observer.ts';
import type { SettingNames } from '../options.ts';

interface RefusalOptions {
  /** Default: the status of the error's code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly remedy?: string | undefined;
}

/** Ends a handshake before the upgrade: the reason is counted, and the error is the response. */
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

/** Creates a refusal with the status of its error code. */
export function refusal(
  reason: RefusalReason,
  code: ErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return new Refusal(reason, new PostedError(code, message), { headers });
}

export function shuttingDown(): Refusal {
  const error = new PostedError('unavailable', 'The server is shutting down.', { retryAfterMs: 1000 });
  return new Refusal('shutting_down', error);
}

export function clientGone(): Refusal {
  return new Refusal('gone', new PostedError('unavailable', 'The client has disconnected.'));
}

/**
 * Refuses a page because of its origin. The response names the setting to change; only the log contains the value to
 * set, because it lists the allowed origins.
 */
export function refuseOrigin(
  { headers, socket }: IncomingMessage,
  policy: OriginPolicy,
  settingNames: SettingNames,
): Refusal {
  const { origin = '' } = headers;
  const setting = settingNames.origins ?? 'the option `origins`';
  const printable = printableOrigin(origin);
  if (printable === null) {
    return forbidden('The Origin header is not an origin that may connect to this server.');
  }
  if (printable === 'null') {
    return forbidden(
      `Pages without an origin, such as local files, may connect to this server only if ${setting} allows any origin.`,
    );
  }
  return forbidden(
    `Pages of ${printable} may not connect to this server. To allow them, add ${printable} to ${setting}.`,
    `${allowOrigin(printable, policy, settingNames.origins)}${hasForwarding(headers) ? trustHint(socket, settingNames) : ''}`,
  );
}

/** A proxy that is not trusted may have replaced the host, which then differs from that of the page. */
function trustHint({ remoteAddress = '' }: IncomingMessage['socket'], { trustProxy }: SettingNames): string {
  const setting = trustProxy ?? 'the option `trustProxy`';
  return `; or, if ${remoteAddress} is a proxy of yours, add it to ${setting}`;
}

function hasForwarding({ forwarded, ...headers }: IncomingMessage['headers']): boolean {
  return forwarded !== undefined || headers['x-forwarded-host'] !== undefined;
}

function forbidden(message: string, remedy?: string): Refusal {
  return new Refusal('origin', new PostedError('forbidden', message), { remedy });
}

/** The response that says why, in the format of REST errors. */
export function responseTo(
  { error, headers }: Refusal,
  requestId: string,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const body = JSON.stringify({ message: error.message, request_id: requestId, code: error.code });
  const allHeaders: Record<string, string> = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    Connection: 'close',
    ...headers,
  };
  if (error.retryAfter !== undefined) allHeaders['Retry-After'] = error.retryAfter;
  return { headers: allHeaders, body };
}

/** Responds to an upgrade request with an HTTP error, and closes the socket. */
export function sendRefusal(socket: Duplex, requestId: string, refused: Refusal): void {
  const { headers, body } = responseTo(refused, requestId);
  const { status } = refused;
  const headerLines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headerLines.join('')}\r\n${body}`);
}
