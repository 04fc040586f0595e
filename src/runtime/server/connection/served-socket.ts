import { WebSocket } from 'ws';
import type { CloseCode } from '../../shared/close-codes.ts';
import type { WebSocketConnection } from './connection.ts';

/**
 * A WebSocket that tells its one connection what happens to it. It has no listeners: they and the table
 * that holds them would be made anew for each of many thousands of sockets.
 */
export class ServedSocket extends WebSocket {
  #connection: WebSocketConnection | null = null;

  /** From now on `connection` is told what arrives, and when the socket has closed. */
  serve(connection: WebSocketConnection): void {
    this.#connection = connection;
  }

  /** ws calls this too, to answer a close frame or a frame that breaks RFC 6455. */
  override close(code?: number, reason?: string | Buffer): void {
    this.#connection?.leaving();
    super.close(code, reason);
  }

  /** ws tells everything through this: the events that its documentation has for a WebSocket. */
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    const connection = this.#connection;
    if (connection === null) return false;
    switch (event) {
      case 'message':
        connection.receive(values[0] as Buffer, values[1] as boolean);
        break;
      case 'pong':
        connection.sawLife();
        break;
      case 'error':
        connection.failed(closeCodeOf(values[0] as Error));
        break;
      case 'close':
        connection.ended(values[0] as number, values[1] as Buffer);
        break;
    }
    return true;
  }
}

/** What ws closes a connection with when a frame breaks RFC 6455, by the codes of its errors. */
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
