/**
 * What an AsyncAPI contract says, as plain data that the templates render. Names of the contract stand as they
 * are; identifiers of generated code are ready to be written.
 */
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { ContractTitle } from '../source/preamble.ts';

export interface ContractModel extends ContractTitle {
  readonly channels: readonly ChannelModel[];
}

/** All that is spoken on the connections to one address. */
export interface ChannelModel {
  /** Of the contract's channel; of the first, where several have this address. */
  readonly name: string;
  /** What its descriptor is called. */
  readonly identifier: string;
  /** What the names of its types begin with. */
  readonly typeName: string;
  readonly address: string;
  readonly description: string;
  /** The servers of the contract that serve it. */
  readonly servers: readonly ServerModel[];
  readonly parameters: SchemaUse | null;
  /** The parameters that have a default, by name: a client may leave them out. */
  readonly parameterDefaults: Readonly<Record<string, string>>;
  readonly query: SchemaUse | null;
  readonly headers: SchemaUse | null;
  readonly headerNames: readonly string[];
  /** Any one of them suffices. */
  readonly security: readonly SecurityModel[];
  /** All that the server sends, answers among them; each message once. */
  readonly send: readonly MessageModel[];
  /** All that the server receives, answers among them; each message once. */
  readonly receive: readonly MessageModel[];
  readonly operations: readonly OperationModel[];
  /** Null where connections cannot be resumed. */
  readonly resume: ResumeModel | null;
}

export interface ServerModel {
  readonly name: string;
  readonly protocol: 'ws' | 'wss';
  readonly host: string;
  /** '' where there is none; else it begins with a slash and ends without one. */
  readonly pathname: string;
  readonly description: string;
  readonly variables: readonly ServerVariableModel[];
}

export interface ServerVariableModel {
  readonly name: string;
  readonly description: string;
  /** Empty: any value. */
  readonly values: readonly string[];
  readonly default: string | null;
}

/** The names that resuming a connection takes, as they stand in the contract. */
export interface ResumeModel {
  readonly query: string;
  readonly cursor: string;
  readonly ready: string;
  readonly checkpoint: string;
  readonly reset: string;
  readonly bye: string;
  readonly ack: string;
}

export interface SecurityModel {
  readonly name: string;
  readonly description: string;
  readonly credentials: 'bearer' | 'basic' | 'apiKey';
  readonly in: 'authorization' | 'user' | 'password' | 'header' | 'query' | 'cookie';
  /** The name of the header, query parameter or cookie; '' where that is `Authorization`. */
  readonly parameter: string;
  readonly scopes: readonly string[];
}

/** From the point of view of the server. */
export type Action = 'send' | 'receive';

export interface OperationModel {
  readonly name: string;
  readonly action: Action;
  readonly description: string;
  readonly messages: readonly OperationMessageModel[];
  /** The messages that answer, in the other direction; null where none does. */
  readonly reply: readonly MessageModel[] | null;
  /** Any one of them suffices; empty where the operation asks for no more than the connection. */
  readonly security: readonly SecurityModel[];
}

export interface OperationMessageModel {
  readonly message: MessageModel;
  /** What the type of the function that sends it is called; null for what the server receives. */
  readonly publisher: string | null;
}

export interface MessageModel {
  readonly name: string;
  readonly description: string;
  readonly contentType: string;
  readonly encoding: 'json' | 'text' | 'binary';
  /** The name of the definition of what a frame holds; null for bytes. */
  readonly definition: string | null;
  /** The type of what a frame holds, as source: of a message with headers, an object of `headers` and `payload`. */
  readonly type: string;
  /** Null for bytes. */
  readonly guard: string | null;
  /** What its clients check it with instead; null where that is `guard`, or where the server receives it. */
  readonly received: ReceivedModel | null;
  /** How it is told from the others of its direction; null where its guard tells, or there are no others. */
  readonly tag: MessageTag | null;
  /** The names of the properties that lead to its correlation id. */
  readonly correlationId: readonly [string, ...string[]] | null;
  /** What the contract gives as examples of what a frame holds. */
  readonly examples: readonly unknown[];
}

/** What a client checks where the contract's own schema would refuse a field that is added later. */
export interface ReceivedModel {
  /** The received key of its definition. */
  readonly definition: string;
  readonly guard: string;
}

/** A property that has, in each message of a direction, other values. */
export interface MessageTag {
  readonly path: readonly [string, ...string[]];
  readonly values: readonly (string | number | boolean | null)[];
}
