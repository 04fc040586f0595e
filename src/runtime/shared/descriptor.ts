/**
 * The form of generated contracts: plain data that servers and clients interpret at run time. The names are AsyncAPI
 * 3.0's; `send` and `receive` are from the server's point of view.
 */
import type { Guard } from './guard.ts';
import type { Limit } from './limits/limit.ts';

/** Identifies a message among those of its direction: a member with values that other messages do not have. */
export interface MessageTag {
  /** The path to it from the value in the frame: names of properties, and positions in arrays as text. */
  readonly path: readonly [string, ...string[]];
  readonly values: readonly (string | number | boolean | null)[];
  /** Whether a message may lack the member. Default: false. */
  readonly isOptional?: boolean;
}

/** Reads and writes binary frames whose content is like JSON. */
export interface MessageCodec {
  readonly encode: (value: unknown) => Uint8Array<ArrayBuffer>;
  /** @throws PostedError `invalid_request` for bytes that are malformed, or that contain what JSON does not have */
  readonly decode: (bytes: Uint8Array) => unknown;
}

/** A message in the form that it has in a frame: with headers, it is an object with `headers` and `payload`. */
export interface MessageDescriptor<Message = unknown> {
  /** The message's name in the contract. */
  readonly name: string;
  /** The name of its functions in generated interfaces. Default: `name`. */
  readonly member?: string;
  /** Only for servers. */
  readonly contentType?: string;
  /** What a frame contains: JSON or plain text in a text frame, or bytes or MessagePack in a binary frame. */
  readonly encoding: 'json' | 'text' | 'binary' | 'msgpack';
  /** Of MessagePack. */
  readonly codec?: MessageCodec;
  /** Has the same path in all messages with this direction and encoding. Undefined without one, or for a single message. */
  readonly tag: MessageTag | undefined;
  /** Without a tag: all of them are in every such message. The guard decides between messages that a value may be. */
  readonly probes?: readonly MessageTag[];
  /** The properties that have the same value in every such message. The runtime fills them in. */
  readonly constants: Readonly<Record<string, unknown>>;
  /** Undefined for bytes, which have no schema. */
  readonly guard: Guard<Message> | undefined;
  /** The path of property names to the correlation id (AsyncAPI 3.0, Correlation ID Object). */
  readonly correlationId: readonly [string, ...string[]] | undefined;
  /** How often clients may send it: its `x-limits`; only for servers. Absent: as often as its operation. */
  readonly limits?: readonly Limit[];
}

export interface OperationDescriptor {
  /** The operation's name in the contract. */
  readonly name: string;
  /** The name of its functions in generated interfaces. Default: `name`. */
  readonly member?: string;
  readonly action: 'send' | 'receive';
  /** The names of its messages, in the direction of `action`. */
  readonly messages: readonly string[];
  /** The names of its reply messages, in the other direction. Undefined if it has no reply. */
  readonly reply: readonly string[] | undefined;
  /** Whether the application gets one of several replies as `{ message, payload }`, because it may not be an object. */
  readonly wrapsReply?: boolean;
  /** Any one of them suffices. Empty: open to every connection. */
  readonly security: readonly SecurityScheme[];
  /** How often clients may send its messages: its `x-limits`; only for servers. */
  readonly limits?: readonly Limit[];
}

/** A security scheme of the contract (AsyncAPI 3.0, Security Scheme Object), by the credentials in a handshake. */
export interface SecurityScheme {
  readonly name: string;
  /** What the security hook gets. `bearer` includes oauth2 and openIdConnect, and `basic` includes userPassword. */
  readonly credentials: 'bearer' | 'basic' | 'apiKey';
  /** `user` and `password` are the parts of basic credentials, one of which may be an API key. */
  readonly in: 'authorization' | 'user' | 'password' | 'header' | 'query' | 'cookie';
  /** The name of the header, query parameter or cookie; '' for `Authorization`. */
  readonly parameter: string;
  /** The scopes that the contract requires (OAuth 2.0, RFC 6749 section 3.3). */
  readonly scopes: readonly string[];
}

/** A server of the contract (AsyncAPI 3.0, Server Object). */
export interface ServerDescriptor {
  readonly name: string;
  readonly protocol: 'ws' | 'wss';
  /** With `{variable}` expressions. */
  readonly host: string;
  /** The prefix of every address, with `{variable}` expressions; may be ''. */
  readonly pathname: string;
  readonly variables: Readonly<Record<string, ServerVariable>>;
}

export interface ServerVariable {
  /** Empty: any value. */
  readonly values: readonly string[];
  readonly default: string | undefined;
}

/** How a client resumes after a lost connection: the contract's names, by their role. */
export interface ResumeDescriptor {
  /** The query parameter for the start: `now`, `acked`, or a cursor. */
  readonly query: string;
  /** The property that has a message's cursor. */
  readonly cursor: string;
  /** The first message of a resumable connection. */
  readonly ready: string;
  /** The message that advances the cursor when there are no others. */
  readonly checkpoint: string;
  /** The message that says that the cursor is no longer valid, and has a new one. */
  readonly reset: string;
  /** The message that says that the server is shutting down, and when to reconnect (`retryAfterMs`). */
  readonly bye: string;
  /** The message with which a client confirms that it has processed everything up to a cursor. */
  readonly ack: string;
  /** The query parameter in which a client states how many messages may be unacknowledged, if there is one. */
  readonly window?: string;
  /** The query parameter with the name of the client's device, if clients can claim it. */
  readonly device?: string;
  /** The query parameter with which a client claims its device: a random name, a dot, and the number of the attempt. */
  readonly instance?: string;
  /** The message that a client that has stated its window is sent when there is nothing else to send. */
  readonly alive?: string;
}

/** How the durable messages of a channel are delivered: its `x-delivery`. The server decides what is absent. */
export interface DeliveryDescriptor {
  /** The names of all durable messages, each once. */
  readonly messages: readonly string[];
  /** How a connection chooses which of them it gets. If absent, every connection gets all of them. */
  readonly select?: DeliverySelection;
  /**
   * Which of the connections to a message's address get it: all of them, those whose user has joined its topic, or what
   * each has chosen with a query parameter, by default `everyone`.
   */
  readonly audience: 'everyone' | 'topic' | DeliveryChoice;
  /** The maximum number of unacknowledged messages of a connection. */
  readonly window?: number;
  /** Whether a connection whose window or socket is full is sent nothing until it has room, or is closed. */
  readonly slowReader?: 'lag' | 'close';
  /** How long a message may stay unacknowledged before its connection is closed. */
  readonly ackTimeoutMs?: number;
  /** How long a connection may be quiet before it is sent a checkpoint. */
  readonly checkpointMs?: number;
  /** How long the connection of a client that has stated its window is silent at most. */
  readonly heartbeatMs?: number;
  /** How long messages are kept; equal in all channels of a contract that have it. */
  readonly retentionMs?: number;
}

/** A query parameter whose value is a comma-separated list of groups of durable messages. */
export interface DeliverySelection {
  readonly query: string;
  /** The groups of a connection without the parameter; at least one. */
  readonly default: readonly string[];
  /** The names of the messages in each group: 1 to 32 groups. A message may be in several. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** A query parameter whose value is `everyone` or `topic`. */
export interface DeliveryChoice {
  readonly query: string;
  /** The value that means the audience `topic`. */
  readonly topic: string;
}

/** The messages on connections to one address. Channels with the same address are merged. */
export interface ChannelDescriptor {
  readonly name: string;
  /** The path, with `{parameter}` expressions (AsyncAPI 3.0, Channel Address Expressions). */
  readonly address: string;
  /** Only for servers. */
  readonly description?: string;
  /** The servers of the channel. Empty if the contract names none. */
  readonly servers: readonly ServerDescriptor[];
  /** Checks the parameters, as text. Undefined if the address has none. */
  readonly parameters: Guard<object> | undefined;
  /** The values of parameters that a client does not set. */
  readonly parameterDefaults: Readonly<Record<string, string>>;
  /** The ws binding's `query`. If the contract has none, this is undefined and no query is accepted. */
  readonly query: Guard<object> | undefined;
  /** The ws binding's `headers`, which checks the headers that it names. Undefined if the contract has none. */
  readonly headers: Guard<object> | undefined;
  readonly headerNames: readonly string[];
  /** Any one of them suffices. Empty: the channel is open to everyone, as the contract says. */
  readonly security: readonly SecurityScheme[];
  /** Every message that the server sends, including replies, once. */
  readonly send: readonly MessageDescriptor[];
  /** Every message that clients send, including replies, once. */
  readonly receive: readonly MessageDescriptor[];
  readonly operations: readonly OperationDescriptor[];
  /** Whether clients can renew their credentials with `auth` (see auth-frames.ts). Default: false. */
  readonly auth?: boolean;
  /** Undefined if connections cannot be resumed. */
  readonly resume: ResumeDescriptor | undefined;
  /** Absent if the contract does not make messages durable; only for servers. */
  readonly delivery?: DeliveryDescriptor;
  /** How often clients may send messages of its operations, which are counted together: its `x-limits`; only for servers. */
  readonly limits?: readonly Limit[];
}

declare const typesOf: unique symbol;

/** All channels of a document and, only in its type, the types that a server of it has. */
export interface Contract<Types = unknown> {
  readonly title: string;
  readonly version: string;
  readonly channels: Readonly<Record<string, ChannelDescriptor>>;
  readonly [typesOf]?: Types;
}
