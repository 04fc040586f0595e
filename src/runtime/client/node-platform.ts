import type { Agent, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ClientOptions, WebSocket } from 'ws';
import { parseRetryAfter } from '../shared/retry-after.ts';
import { errorMessage } from './error-message.ts';
import { openEventStream } from './event-stream-socket.ts';
import type { Ending, Platform, Socket, SocketEvents, SocketTarget } from './platform.ts';
import { createTunnel, parseProxy } from './proxy-tunnel.ts';

/**
 * The platform Node.js. `createConnection` replaces the network: it returns a stream to the server, or throws if there is
 * no connection.
 */
export function createNodePlatform(createConnection?: () => Duplex): Platform {
  return {
    setsHeaders: true,
    check({ proxy }) {
      if (proxy !== undefined) parseProxy(proxy);
    },
    open: (target, events) => openSocket(target, events, createConnection),
    // Only what goes over the default network can go over `fetch`.
    ...(createConnection === undefined ? { openStream: openEventStream } : {}),
  };
}

function openSocket(
  target: SocketTarget,
  events: SocketEvents,
  createConnection: (() => Duplex) | undefined,
): Socket {
  const { url, headers, maxFrameBytes, silenceTimeoutMs } = target;
  const socket = new WebSocket(url, {
    headers,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    ...networkOptions(target, createConnection),
  });
  let opened = false;
  let refusal: Ending | null = null;
  let cause: unknown;
  const silence = createSilenceTimer(silenceTimeoutMs, () => {
    cause = new Error(`no message or ping within ${silenceTimeoutMs} ms`);
    socket.terminate();
  });

  socket.on('open', () => {
    opened = true;
    silence.start();
    events.opened();
  });
  socket.on('ping', () => silence.restart());
  socket.on('message', (data: Buffer, isBinary) => {
    silence.restart();
    // A copy: a Buffer may be a small part of a larger allocation, which it would keep alive.
    events.frame(isBinary ? new Uint8Array(data) : data.toString());
  });
  socket.on('unexpected-response', async (_request, response) => {
    refusal = await readRefusal(response);
    socket.terminate();
  });
  socket.on('error', (error) => {
    // An AggregateError has one error for each address of the host, but no message.
    cause ??= error instanceof AggregateError ? error.errors[0] : error;
  });
  socket.on('close', (code, reason) => {
    silence.stop();
    if (opened) events.ended({ kind: 'closed', code, reason: reason.toString(), cause });
    else events.ended(refusal ?? { kind: 'unreachable', cause });
  });

  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (frame) => socket.send(frame),
    close: (code, reason) => socket.close(code, reason),
    abandon: () => socket.terminate(),
    pause() {
      // Pings are not read while the socket is paused.
      silence.stop();
      socket.pause();
      return true;
    },
    resume() {
      if (socket.readyState === WebSocket.OPEN) silence.start();
      socket.resume();
    },
  };
}

function networkOptions(
  target: SocketTarget,
  createConnection: (() => Duplex) | undefined,
): Pick<ClientOptions, 'agent' | 'ca' | 'createConnection'> {
  const { agent, ca, proxy } = target;
  const connect = proxy === undefined ? createConnection : createTunnel(parseProxy(proxy), target);
  return {
    ...(agent === undefined ? {} : { agent: agent as Agent }),
    ...(ca === undefined ? {} : { ca: [ca].flat() }),
    // Its type is that of `net.connect`, but ws passes it on to Node, which accepts others.
    ...(connect === undefined
      ? {}
      : { createConnection: connect as unknown as NonNullable<ClientOptions['createConnection']> }),
  };
}

interface SilenceTimer {
  start(): void;
  restart(): void;
  stop(): void;
}

function createSilenceTimer(limitMs: number, onSilence: () => void): SilenceTimer {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      if (limitMs > 0) timer = setTimeout(onSilence, limitMs);
    },
    restart() {
      timer?.refresh();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** An error body of Posted is far smaller and arrives with the headers. */
const maxBodyBytes = 16_384;
const bodyTimeoutMs = 2_000;

/** Reads the HTTP response to a refused handshake, up to limits of size and time. */
async function readRefusal(response: IncomingMessage): Promise<Ending> {
  return {
    kind: 'refused',
    status: response.statusCode ?? 0,
    message: errorMessage(await readBody(response)),
    retryAfterMs: parseRetryAfter(response.headers['retry-after']) ?? 0,
  };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => response.destroy(), bodyTimeoutMs);
  try {
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBodyBytes) break;
    }
  } catch {
    // The status is enough; the body only explains it.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString();
}
