import { WebSocket } from 'ws';
import type { CloseCode } from '../../shared/close-codes.ts';
import type { WebSocketConnection } from './connection.ts';

/**
 * A WebSocket that passes its events to its one connection. It overrides `emit` instead of adding listeners, because
 * four listeners, even if all sockets share the functions, add 100 bytes to every idle connection and 50 ns to every
 * message (measured with Node 24 and ws 8). It depends on documented behavior: the events of ws's WebSocket and their
 * arguments, and that an EventEmitter emits by `emit`.
 */
export class ServedSocket extends WebSocket {
  #connection: WebSocketConnection | null = null;

  /** Passes all further events to `connection`. */
  serve(connection: WebSocketConnection): void {
    this.#connection = connection;
  }

  /** ws calls this, too, to answer a close frame or a frame that breaks RFC 6455; a test would notice if it did not. */
  override close(code?: number, reason?: string | Buffer): void {
    this.#connection?.beforeClose();
    super.close(code, reason);
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    const connection = this.#connection;
    if (connection === null) return false;
    switch (event) {
      case 'message':
        connection.onMessage(values[0] as Buffer, values[1] as boolean);
        break;
      case 'pong':
        connection.onPong();
        break;
      case 'error':
        connection.onProtocolError(closeCodeOf(values[0] as Error));
        break;
      case 'close':
        connection.onClosed(values[0] as number, values[1] as Buffer);
        break;
    }
    return true;
  }
}

/** The code that ws closes a connection with after a frame that breaks RFC 6455, by the code of the error. */
function closeCodeOf(error: Error & { readonly code?: unknown }): CloseCode {
  switch (error.code) {
    case 'WS_ERR_INVALID_UTF8':
      return 'invalidData';
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
      return 'tooBig';
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return 'policyViolation';
    default:
      return 'protocolError';
  }
}
