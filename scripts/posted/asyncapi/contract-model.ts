/**
 * An AsyncAPI contract as plain data for the templates. Names are the contract's own, unchanged; identifiers of
 * generated code are valid TypeScript.
 */
import type { LimitModel } from '../contract/limits.ts';
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { ContractTitle } from '../source/preamble.ts';

export interface ContractModel extends ContractTitle {
  readonly channels: readonly ChannelModel[];
}

/** The conversation on connections to one address. */
export interface ChannelModel {
  /** The name of the contract's channel; of the first, if several share this address. */
  readonly name: string;
  /** The identifier of its descriptor. */
  readonly identifier: string;
  /** The prefix of its type names. */
  readonly typeName: string;
  readonly address: string;
  readonly description: string;
  /** The contract's servers that have this channel. */
  readonly servers: readonly ServerModel[];
  readonly parameters: SchemaUse | null;
  /** Defaults of the parameters that clients may omit, by name. */
  readonly parameterDefaults: Readonly<Record<string, string>>;
  readonly query: SchemaUse | null;
  readonly headers: SchemaUse | null;
  readonly headerNames: readonly string[];
  /** Alternatives: one suffices. */
  readonly security: readonly SecurityModel[];
  /** All messages that the server sends, including replies, each once. */
  readonly send: readonly MessageModel[];
  /** All messages that the server receives, including replies, each once. */
  readonly receive: readonly MessageModel[];
  readonly operations: readonly OperationModel[];
  /** By direction: the messages that their receiver cannot tell apart. */
  readonly unions: Readonly<Record<Action, readonly UnionModel[]>>;
  /** Whether clients can renew their credentials with `auth`. */
  readonly auth: boolean;
  /** Why they cannot, although the channel has a bearer scheme; null if they can, or if the contract says that they cannot. */
  readonly authObstacle: string | null;
  /** Null if connections cannot be resumed. */
  readonly resume: ResumeModel | null;
  /** Null if the contract does not make messages durable with `x-delivery`. */
  readonly delivery: DeliveryModel | null;
  /** Of all messages of clients together. */
  readonly limits: readonly LimitModel[];
}

export interface ServerModel {
  readonly name: string;
  readonly protocol: 'ws' | 'wss';
  readonly host: string;
  /** '' if there is none; otherwise with a leading slash and without a trailing one. */
  readonly pathname: string;
  readonly description: string;
  readonly variables: readonly ServerVariableModel[];
}

export interface ServerVariableModel {
  readonly name: string;
  readonly description: string;
  /** Allowed values; empty for any value. */
  readonly values: readonly string[];
  readonly default: string | null;
}

/** The contract's names for resuming a connection, by role. */
export interface ResumeModel {
  readonly query: string;
  readonly cursor: string;
  readonly ready: string;
  readonly checkpoint: string;
  readonly reset: string;
  readonly bye: string;
  readonly ack: string;
  /** The query parameter for a client's window, and the message of its heartbeat: both are null, or neither. */
  readonly window: string | null;
  readonly alive: string | null;
  /** The query parameters for a client's device and for its claim to it: both are null, or neither. */
  readonly device: string | null;
  readonly instance: string | null;
}

/** How the durable messages of a channel are delivered. The server decides what is null. */
export interface DeliveryModel {
  /** The names of all durable messages, each once. */
  readonly messages: readonly string[];
  /** Null if every connection gets all of them. */
  readonly select: SelectionModel | null;
  /** With `query`, each connection chooses with that parameter: `everyone`, or the value `topic`. */
  readonly audience: 'everyone' | 'topic' | { readonly query: string; readonly topic: string };
  readonly window: number | null;
  readonly slowReader: 'lag' | 'close' | null;
  readonly ackTimeoutMs: number | null;
  readonly checkpointMs: number | null;
  readonly heartbeatMs: number | null;
  readonly retentionMs: number | null;
}

/** The query parameter with which a connection chooses from groups of durable messages. */
export interface SelectionModel {
  readonly query: string;
  /** The groups of a connection without the parameter. */
  readonly default: readonly string[];
  /** The names of the messages in each group. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export interface SecurityModel {
  readonly name: string;
  readonly description: string;
  readonly credentials: 'bearer' | 'basic' | 'apiKey';
  readonly in: 'authorization' | 'user' | 'password' | 'header' | 'query' | 'cookie';
  /** The name of the header, query parameter or cookie; '' for the `Authorization` header. */
  readonly parameter: string;
  readonly scopes: readonly string[];
  /** False if generated clients have no use for the scheme, because they have a better one. */
  readonly isForClients: boolean;
}

/** From the server's point of view. */
export type Action = 'send' | 'receive';

export interface OperationModel {
  readonly name: string;
  /** Its name among a channel's handlers. */
  readonly handlerName: string;
  /** Its name among a client's members, if clients send its messages. */
  readonly clientName: string;
  /** The name of the interface of its replies; null unless the server replies. */
  readonly repliesType: string | null;
  readonly action: Action;
  readonly description: string;
  readonly messages: readonly OperationMessageModel[];
  /** The messages of the reply, in the other direction; null if there is no reply. */
  readonly reply: readonly MessageModel[] | null;
  /** Whether the requester gets one of several replies with its name, because not every reply is an object. */
  readonly wrapsReply: boolean;
  /** Alternatives: one suffices. Empty if the operation requires no more than its connection. */
  readonly security: readonly SecurityModel[];
  /** Empty if clients do not start the operation. */
  readonly limits: readonly LimitModel[];
}

interface OperationMessageModel {
  readonly message: MessageModel;
}

export interface MessageModel {
  readonly name: string;
  /** The name of the functions of a server that send it. */
  readonly senderName: string;
  readonly description: string;
  readonly contentType: string;
  readonly encoding: 'json' | 'text' | 'binary' | 'msgpack';
  /** The definition of a frame's content; null for binary messages. */
  readonly definition: string | null;
  /** The type of a frame's content, as source. With headers, it is an object of `headers` and `payload`. */
  readonly type: string;
  /** Null for binary messages. */
  readonly guard: string | null;
  /** The clients' own guard; null if they use `guard`, or if the server receives the message. */
  readonly received: ReceivedModel | null;
  /** The property that identifies it within its direction; null if probes or its guard do, or if it is the only one. */
  readonly tag: MessageTag | null;
  /** Without a tag: the members with constants that all such messages have, of which others have different ones. */
  readonly probes: readonly MessageTag[];
  /** The required top-level properties with only one possible value, which the runtime fills in. */
  readonly constants: Readonly<Record<string, unknown>>;
  /** The path of property names to its correlation id. */
  readonly correlationId: readonly [string, ...string[]] | null;
  /** The contract's examples of a frame's content. */
  readonly examples: readonly unknown[];
  /** Empty if no client starts an operation with it. */
  readonly limits: readonly LimitModel[];
}

/** A client's check where the contract's own schema would reject fields that are added later. */
interface ReceivedModel {
  /** The received key of its definition. */
  readonly definition: string;
  readonly guard: string;
}

/** A member whose values differ between messages of a direction. A position in an array is a number as text. */
export interface MessageTag {
  readonly path: readonly [string, ...string[]];
  readonly values: readonly (string | number | boolean | null)[];
  /** Whether a message without the member is this one, too. */
  readonly isOptional: boolean;
}

/** Messages of a direction that match the same values. Their receiver gets one message that is any of them. */
export interface UnionModel {
  /** The names of the messages. */
  readonly members: readonly string[];
  readonly message: MessageModel;
}
