/**
 * What hand-written handlers give to the runtime and get from it. Generated interfaces are made of
 * these; nothing here knows a socket.
 */
import type { CloseCode } from '../shared/close-codes.ts';

/** Who a connection belongs to: what a security hook makes of the credentials. */
export interface Principal {
  /** Connections are counted and limited by it. */
  readonly id: string;
  /** When the credentials end, in milliseconds since the epoch: the connection is closed with 4401 after it. */
  readonly expiresAtMs?: number;
}

/** A request to open a connection whose address, query, headers and credentials hold. */
export interface Handshake<User, Parameters, Query, Headers = Record<string, never>> {
  /** Also the id of the connection, if there will be one, and the request id in logs. */
  readonly id: string;
  readonly principal: User;
  /** What the path has for the variables of the server's pathname. */
  readonly variables: Readonly<Record<string, string>>;
  readonly parameters: Parameters;
  readonly query: Query;
  /** Those that the contract's ws binding names. */
  readonly headers: Headers;
}

/** A message that was checked and encoded, ready to be sent to any number of the channel's connections. */
export interface Encoded {
  /** The message's name in the contract. */
  readonly message: string;
  /** What it costs on the wire. */
  readonly bytes: number;
}

export interface Connection<Session> {
  readonly id: string;
  /** What `accept` returned. */
  readonly session: Session;
  /** What was sent and is not yet taken by the socket, in bytes. */
  readonly bufferedBytes: number;
  /** Whether `bufferedBytes` is below `bytes`: cheaper to ask where thousands are asked in a row. */
  buffersLessThan(bytes: number): boolean;
  /**
   * Queues a message; false where the connection is closing, also because it reads too slowly, or has no
   * credentials for the message's operation.
   */
  send(encoded: Encoded): boolean;
  /** Starts the closing handshake (RFC 6455 section 7.1.2). What was queued before goes out first. */
  close(code: CloseCode, reason?: string): void;
}

/** How a connection ended. */
export interface Closed {
  /** The close code of RFC 6455 section 7.4; 1006 where the peer went away without one. */
  readonly code: number;
  readonly reason: string;
}

/** The only way to send a message of a `send` operation: its guard checks everything that is sent. */
export interface Publish<Message, Session> {
  /**
   * Encodes a message and queues it to each of the connections, in the order of the calls. Returns
   * how many it was queued to.
   *
   * @throws InvalidMessageError for a message that breaks the contract: it is logged, and sent to nobody
   */
  (message: Message, connections: Iterable<Connection<Session>>, options?: PublishOptions): number;

  /** @throws InvalidMessageError for a message that breaks the contract, which is also logged */
  encode(message: Message): Encoded;
}

export interface PublishOptions {
  /** When what the message tells of happened, in milliseconds since the epoch: the start of the latency that is measured. */
  readonly sinceMs?: number;
}

/**
 * Sends a message of an operation that has a reply to one connection, and waits for the answer. An
 * answer belongs to the request with the same correlation id, which is filled in where the message
 * has none; without correlation ids in the contract, to the oldest request.
 *
 * Rejects with InvalidMessageError for a message that breaks the contract, and with PostedError: `internal` for the
 * correlation id of a request that is still waiting; `forbidden` where the connection has no credentials for the
 * operation; `too_many_requests` where too many requests to its client are pending; `unavailable` where the connection
 * ends first, or no answer comes in time.
 */
export type Request<Message, Reply, Session> = (
  message: Message,
  connection: Connection<Session>,
  options?: RequestOptions,
) => Promise<Reply>;

export interface RequestOptions {
  /** How long to wait for the answer. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** One of several messages that may answer. */
export interface NamedReply<Name extends string, Payload> {
  /** The message's name in the contract. */
  readonly message: Name;
  readonly payload: Payload;
}
