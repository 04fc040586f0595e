import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { encodeRefusal, refusalSubprotocol } from '../../shared/readable-refusal.ts';
import { encodeCloseFrame } from '../connection/frame.ts';
import type { Refusal } from './refusal.ts';

/** How many there may be at a time, so that refused clients cannot hold sockets. */
const maxOpen = 256;

/** How long a client may take to receive the close frame. */
const timeoutMs = 900;

/** The request is not a handshake, or not one of a page that may read the reason. */
const unreadable: ReadonlySet<Refusal['reason']> = new Set([
  'not_a_websocket',
  'method',
  'bad_handshake',
  'origin',
]);

/** Refuses handshakes so that browsers can read why, see `refusalSubprotocol`. */
export class ReadableRefusals {
  #open = 0;

  /** Sends the refusal and closes the socket; false if the response must be an HTTP error. */
  send({ headers }: IncomingMessage, socket: Duplex, { reason, status, error }: Refusal): boolean {
    const offered = headers['sec-websocket-protocol']?.split(',') ?? [];
    if (!offered.some((name) => name.trim() === refusalSubprotocol)) return false;
    if (unreadable.has(reason) || this.#open >= maxOpen) return false;
    this.#open += 1;
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#open -= 1;
    });
    // The client answers with its close frame, and RFC 6455 section 7.1.1 lets the server end the connection then.
    socket.once('data', () => socket.end(() => socket.destroy()));
    const { code, reason: closeReason } = encodeRefusal(status, error.retryAfterMs ?? 0);
    socket.write(
      Buffer.concat([
        Buffer.from(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(headers['sec-websocket-key'])}\r\nSec-WebSocket-Protocol: ${refusalSubprotocol}\r\n\r\n`,
        ),
        encodeCloseFrame(code, closeReason),
      ]),
    );
    return true;
  }
}

/** RFC 6455 section 4.2.2. */
function acceptKey(key = ''): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
