/** The interface between hand-written handlers and the runtime. Generated interfaces are made of these types. */
import type { CloseCode } from '../shared/close-codes.ts';

/** The owner of a connection: a security hook's result for valid credentials. */
export interface Principal {
  /** Connections are counted, limited and kicked by it. */
  readonly id: string;
  /** When the credentials expire, in milliseconds since the epoch; the connection is then closed with 4401. */
  readonly expiresAtMs?: number;
  /** Identifies the token among those of the user, so that it can be revoked alone. */
  readonly tokenId?: string;
  /** Raised when all earlier tokens of the user are revoked, such as with a new password. */
  readonly tokenVersion?: number;
}

/** One connection: the same object in `accept`, `opened`, `closed` and every handler. */
export interface Connection<User = unknown, State = unknown> {
  /** Also the request id of its handshake in logs. */
  readonly id: string;
  /** The channel's name in the contract. */
  readonly channel: string;
  /** Over `sse`, which is server-sent events, the client sends no messages. */
  readonly transport: 'websocket' | 'sse';
  /** The result of the security hook; undefined if the channel has no security. */
  readonly user: User;
  /** The result of `accept`; undefined until it has returned. */
  readonly state: State;
  /** The values of the address's parameters. */
  readonly params: object;
  readonly query: object;
  /** The headers that the contract's WebSocket binding defines. */
  readonly headers: object;
  /** The values of the variables in the server's pathname. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether the client's connection is gone, as it may be already during its handshake. */
  readonly hasLeft: boolean;
  /** How many bytes are queued and not yet accepted by the operating system. */
  readonly bufferedBytes: number;
  /**
   * Resolves when little is queued for the connection, or when it is closing. A handler that awaits it before each
   * message sends a long history at the client's pace, and the connection is not closed as a slow consumer.
   */
  readonly ready: Promise<void>;
  /** Whether `bufferedBytes` is below `bytes`; cheaper when called for thousands of connections in a row. */
  buffersLessThan(bytes: number): boolean;
  /**
   * Queues an encoded message; false if the connection is closing, which includes being closed now because it reads too
   * slowly, or if its credentials do not permit the message's operation.
   */
  sendEncoded(encoded: Encoded): boolean;
  /**
   * Starts the closing handshake (RFC 6455 section 7.1.2). Messages that are already queued are sent first. The reason
   * is sent to the client, and truncated to 123 bytes.
   */
  close(code?: CloseCode, reason?: string): void;
}

/** The connections to one address. Its messages reach those on all nodes of the application. */
export interface Room<Member extends Connection = Connection> {
  /** The path, with the parameters filled in. */
  readonly address: string;
  /** The open connections to the address on this node only. */
  readonly connections: Iterable<Member>;
  /**
   * Who is connected to the address, on all nodes: those of this node now, and those of other nodes up to a second ago.
   * It takes time in proportion to the number of connections, and up to a second when a node does not answer.
   */
  presence(): Promise<Presence>;
}

export interface Presence {
  /** The number of connections. */
  readonly count: number;
  /** The ids of their users, each once and sorted. Connections without a user only count. */
  readonly users: readonly string[];
  /**
   * False if connections may be missing: the bus is down, or a node did not answer. A node that is killed is waited for
   * until it has not been heard for 5 s.
   */
  readonly isComplete: boolean;
}

/** A message that is validated and encoded, ready to be sent to any number of the channel's connections. */
export interface Encoded {
  /** The message's name in the contract. */
  readonly message: string;
  /** The size of the frame, header included. */
  readonly bytes: number;
}

export interface PublishOptions {
  /** When the event that the message is about happened, in milliseconds since the epoch: the start of the measured latency. */
  readonly sinceMs?: number;
}

export interface RequestOptions {
  /** How long to wait for the reply. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** How a connection ended. */
export interface Closed {
  /** The close code (RFC 6455 section 7.4); 1006 if the peer disappeared without one. */
  readonly code: number;
  readonly reason: string;
}

/** What `accept` gets: a connection whose address, query, headers and credentials are valid. */
export type Handshake<Member extends Connection> = Pick<
  Member,
  'id' | 'user' | 'params' | 'query' | 'headers' | 'variables'
> & {
  /** The connection, if the handshake is accepted; it has no state yet. */
  readonly connection: Member;
  /** Refuses the handshake with an HTTP status. */
  readonly refuse: Refuse;
};

/** Functions that throw the PostedError that refuses a handshake. The message is sent to the client. */
export interface Refuse {
  /** 400 */
  invalidRequest(message?: string): never;
  /** 401 */
  unauthorized(message?: string): never;
  /** 403 */
  forbidden(message?: string): never;
  /** 404 */
  notFound(message?: string): never;
  /** 429 */
  tooManyRequests(message?: string, options?: RefuseOptions): never;
  /** 503 */
  unavailable(message?: string, options?: RefuseOptions): never;
}

export interface RefuseOptions {
  readonly retryAfterMs?: number;
}

/** The second argument of a handler. */
export type Context<Member extends Connection & { readonly room: unknown }> = Pick<
  Member,
  'user' | 'state' | 'params' | 'query' | 'headers' | 'room'
> & {
  readonly connection: Member;
  /** Identifies the message in logs and errors. */
  readonly requestId: string;
  /** Aborted when the connection closes, and when the reply is late. */
  readonly signal: AbortSignal;
};

/** The second argument of a request's handler, which returns one of the replies. */
export type RequestContext<
  Member extends Connection & { readonly room: unknown },
  Replies,
> = Context<Member> & {
  /** Creates the reply, which the handler returns: `return reply.bidAccepted({ … })`. */
  readonly reply: Replies;
};

declare const replyOf: unique symbol;

/** A reply that a handler returns. Only the functions in `reply` create it. */
export interface Reply<Replies> {
  readonly [replyOf]: Replies;
}

/** The return type of a request's handler. */
export type Replied<Replies> = Reply<Replies> | Promise<Reply<Replies>>;

/** The functions of `Messages` with many contents each. They wait for the client, and return false if it has left. */
export type SendAll<Messages> = {
  readonly [Name in keyof Messages]: Messages[Name] extends (
    content: infer Content,
    ...more: never
  ) => unknown
    ? (contents: Iterable<Content> | AsyncIterable<Content>) => Promise<boolean>
    : never;
};

/** The functions of `Messages`, which encode a message instead of sending it. */
export type EncodeMessages<Messages> = {
  readonly [Name in keyof Messages]: Messages[Name] extends (
    content: infer Content,
    ...more: never
  ) => unknown
    ? (content: Content) => Encoded
    : never;
};

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
