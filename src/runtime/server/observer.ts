/** What the runtime tells whoever counts. Every label comes from a closed set, never from a client. */
export interface ContractObserver {
  connectionOpened(channel: string): void;
  /** `code` is one of the codes of close-codes.ts or of RFC 6455 section 7.4.1, else 'other'. */
  connectionClosed(channel: string, code: string): void;
  handshakeRefused(reason: RefusalReason): void;
  /** From the request to the 101 response. */
  handshakeCompleted(channel: string, seconds: number): void;
  /** So many connections were sent the message, or a message of that name each. Told once it is written. */
  messageSent(channel: string, message: string, connections: number): void;
  messageReceived(channel: string, message: string): void;
  /** `message` is 'unknown' for a received frame that is none of the channel's messages. */
  messageInvalid(channel: string, message: string, direction: 'send' | 'receive'): void;
  /** From what the message tells of to its write to the sockets. */
  messagePublished(channel: string, message: string, seconds: number): void;
}

export type RefusalReason =
  | 'not_a_websocket'
  | 'bad_handshake'
  | 'unknown_path'
  | 'method'
  | 'origin'
  | 'query'
  | 'parameters'
  | 'headers'
  | 'unauthorized'
  | 'forbidden'
  | 'capacity'
  | 'user_limit'
  | 'timeout'
  | 'shutting_down'
  | 'handler'
  | 'gone';
