import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { createServer, type ServerOptions } from '../../../src/runtime/node/http-server.ts';
import { createRestApp, type RestAppOptions } from '../../../src/runtime/rest/app.ts';
import type { AuditEntry } from '../../../src/runtime/shared/audit.ts';
import type { Log } from '../../../src/runtime/shared/log.ts';
import { violationOf } from '../../support/contracts.ts';
import { handlers, type NoteHandlers, operations, security } from './operations.ts';

type Logged = readonly [level: string, fields: Readonly<Record<string, unknown>>, message: string];

export interface RestServerOptions
  extends Partial<Omit<RestAppOptions<typeof operations, NoteHandlers>, 'handlers'>>,
    Partial<Pick<ServerOptions, 'headersTimeoutMs' | 'requestTimeoutMs'>> {
  /** Replace the default handlers of the same names. */
  readonly handlers?: Partial<NoteHandlers>;
}

/** Serves the notes on a free port of the loopback interface until the test ends. */
export async function startRest({
  handlers: own,
  headersTimeoutMs,
  requestTimeoutMs,
  ...rest
}: RestServerOptions = {}) {
  const logged: Logged[] = [];
  const completed: (readonly [operation: string, status: number])[] = [];
  const invalid: (readonly [operation: string, direction: string])[] = [];
  const audited: AuditEntry[] = [];
  const recorder =
    (level: string): Log['info'] =>
    (fields, message) =>
      void logged.push([level, fields, message]);
  const log = {
    debug: recorder('debug'),
    info: recorder('info'),
    warn: recorder('warn'),
    error: recorder('error'),
  };
  const app = createRestApp({
    operations,
    handlers: { ...handlers, ...own },
    security,
    observer: {
      requestCompleted: (operation, status) => void completed.push([operation, status]),
      bodyInvalid: (operation, direction) => void invalid.push([operation, direction]),
    },
    log,
    audit: (entry) => void audited.push(entry),
    origins: { kind: 'any' },
    limits: { bodyBytes: 1000 },
    ...rest,
  });
  const server = await serve({
    app,
    log,
    ...(headersTimeoutMs === undefined ? {} : { headersTimeoutMs }),
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });
  return { ...server, app, logged, completed, invalid, audited };
}

/** Serves an app on a free port of the loopback interface until the test ends. */
export async function serve(options: ServerOptions) {
  const server = createServer(options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}` };
}

/** The status and the body of a response, or the code and the message of an error, which must match the contract. */
export async function answerOf(response: Response): Promise<readonly [status: number, body: unknown]> {
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.ok) return [response.status, body];
  expect(violationOf('openapi', '/components/schemas/Error', body)).toBeNull();
  const { message, request_id, code } = body as Readonly<Record<string, string>>;
  expect(response.headers.get('x-request-id')).toBe(request_id);
  return [response.status, `${code}: ${message}`];
}

/** A TCP connection that sends exactly the given text. */
export interface RawClient {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Everything received until the server ended the connection. */
  readonly end: Promise<string>;
  /** Resolves once everything received so far matches. */
  until(pattern: RegExp): Promise<string>;
}

export async function connectRaw(
  port: number,
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  // Some tests expect the server to destroy the connection.
  socket.on('error', () => {});
  const end = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  return {
    socket,
    end,
    send: (text) => void socket.write(text),
    until: async (pattern) => {
      while (!pattern.test(received)) {
        if (socket.closed) throw new Error(`The connection ended after ${JSON.stringify(received)}`);
        await Promise.race([once(socket, 'data'), end]);
      }
      return received;
    },
  };
}

/** The head and the body of the one HTTP response in `text`. */
export function parseResponse(text: string): Response {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]);
  return new Response(body.join('\r\n\r\n'), { status: Number(statusLine.split(' ')[1]), headers });
}
