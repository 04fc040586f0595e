/** The interface between hand-written handlers and the runtime. Generated interfaces are made of these types. */
import type { CloseCode } from '../shared/close-codes.ts';

/** The owner of a connection: a security hook's result for valid credentials. */
export interface Principal {
  /** Connections are counted and limited by it. */
  readonly id: string;
  /** When the credentials expire, in milliseconds since the epoch; the connection is then closed with 4401. */
  readonly expiresAtMs?: number;
}

/** A request to open a connection whose address, query, headers and credentials are valid. */
export interface Handshake<User, Parameters, Query, Headers = Record<string, never>> {
  /** The id of the connection, if it is accepted, and the request id in logs. */
  readonly id: string;
  readonly principal: User;
  /** The values of the variables in the server's pathname. */
  readonly variables: Readonly<Record<string, string>>;
  readonly parameters: Parameters;
  readonly query: Query;
  /** The headers that the contract's WebSocket binding defines. */
  readonly headers: Headers;
}

/** A validated and encoded message, ready to be sent to any number of the channel's connections. */
export interface Encoded {
  /** The message's name in the contract. */
  readonly message: string;
  /** The size of the frame, header included. */
  readonly bytes: number;
}

export interface Connection<Session> {
  readonly id: string;
  /** The result of `accept`. */
  readonly session: Session;
  /** How many bytes are queued and not yet accepted by the operating system. */
  readonly bufferedBytes: number;
  /** Whether `bufferedBytes` is below `bytes`; cheaper when called for thousands of connections in a row. */
  buffersLessThan(bytes: number): boolean;
  /**
   * Queues a message; false if the connection is closing, which includes being closed now because it reads too slowly,
   * or if its credentials do not permit the message's operation.
   */
  send(encoded: Encoded): boolean;
  /** Starts the closing handshake (RFC 6455 section 7.1.2). Messages that are already queued are sent first. */
  close(code: CloseCode, reason?: string): void;
}

/** How a connection ended. */
export interface Closed {
  /** The close code (RFC 6455 section 7.4); 1006 if the peer disappeared without one. */
  readonly code: number;
  readonly reason: string;
}

/** The only way to send a message of a `send` operation, so every message is validated. */
export interface Publish<Message, Session> {
  /**
   * Encodes a message once and queues it to each of the connections, in the order of the calls. Returns the number of
   * connections it was queued to.
   *
   * @throws InvalidMessageError if the message breaks the contract; it is logged and sent to nobody
   */
  (message: Message, connections: Iterable<Connection<Session>>, options?: PublishOptions): number;

  /** @throws InvalidMessageError if the message breaks the contract, which is also logged */
  encode(message: Message): Encoded;
}

export interface PublishOptions {
  /** When the event that the message is about happened, in milliseconds since the epoch: the start of the measured latency. */
  readonly sinceMs?: number;
}

/**
 * Sends a message of an operation with a reply to one connection, and waits for the reply. A reply belongs to the
 * request with the same correlation id, which is added to messages without one; if the contract defines no correlation
 * ids, to the oldest request.
 *
 * Rejects with InvalidMessageError if the message breaks the contract, and with PostedError: `internal` if a request
 * with the same correlation id is pending; `forbidden` if the connection's credentials do not permit the operation;
 * `too_many_requests` if too many requests to its client are pending; `unavailable` if the connection closes or the
 * timeout passes before the reply.
 */
export type Request<Message, Reply, Session> = (
  message: Message,
  connection: Connection<Session>,
  options?: RequestOptions,
) => Promise<Reply>;

export interface RequestOptions {
  /** How long to wait for the reply. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** A reply of an operation that has several reply messages. */
export interface NamedReply<Name extends string, Payload> {
  /** The message's name in the contract. */
  readonly message: Name;
  readonly payload: Payload;
}

/**
 * Thrown to the sender of a message that breaks the contract; the message was not sent. The error says where the
 * message is wrong and never contains the message.
 */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';
  /** The channel's name in the contract. */
  readonly channel: string;
  /** The message's name in the contract. */
  readonly messageName: string;

  /** `problem` starts with the JSON Pointer (RFC 6901) of the wrong value. */
  constructor(channel: string, messageName: string, problem: string) {
    super(`Message ${messageName} of channel ${channel} breaks the contract and was not sent: ${problem}`);
    this.channel = channel;
    this.messageName = messageName;
  }
}
