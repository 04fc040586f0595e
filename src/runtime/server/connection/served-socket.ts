import { WebSocket } from 'ws';
import type { CloseCode } from '../../shared/close-codes.ts';
import type { WebSocketConnection } from './connection.ts';

/**
 * A WebSocket that passes its events to its one connection. It has no listeners, because they and the table that holds
 * them would be allocated for each of many thousands of sockets.
 */
export class ServedSocket extends WebSocket {
  #connection: WebSocketConnection | null = null;

  /** Passes all further events to `connection`. */
  serve(connection: WebSocketConnection): void {
    this.#connection = connection;
  }

  /** ws calls this, too, to answer a close frame or a frame that breaks RFC 6455. */
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
