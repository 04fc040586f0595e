/**
 * What generated code says of a contract: plain data that the runtimes of servers and clients serve. Names are
 * AsyncAPI 3.0's; `send` and `receive` are the server's view.
 */
import type { Guard } from './guard.ts';

/** How one message of a direction is known from the others: by a property with values that no other has. */
export interface MessageTag {
  /** The names of the properties that lead to it, from the value that the frame holds. */
  readonly path: readonly [string, ...string[]];
  readonly values: readonly (string | number | boolean | null)[];
}

/** A message, as it stands in a frame: one with headers is an object with `headers` and `payload`. */
export interface MessageDescriptor<Message = unknown> {
  /** The message's name in the contract. */
  readonly name: string;
  readonly contentType: string;
  /** What a frame holds: JSON or plain text in a text frame, or bytes in a binary one. */
  readonly encoding: 'json' | 'text' | 'binary';
  /** Undefined where its guard alone tells it from the others of its direction, or there are no others. */
  readonly tag: MessageTag | undefined;
  /** Undefined for bytes, of which the contract says nothing. */
  readonly guard: Guard<Message> | undefined;
  /** The names of the properties that lead to the correlation id (AsyncAPI 3.0, Correlation ID Object). */
  readonly correlationId: readonly [string, ...string[]] | undefined;
}

export interface OperationDescriptor {
  readonly name: string;
  readonly action: 'send' | 'receive';
  /** Names of messages that go in the direction of `action`. */
  readonly messages: readonly string[];
  /** Names of the messages that answer, in the other direction. Undefined where none does. */
  readonly reply: readonly string[] | undefined;
  /** Any one of them suffices. Empty: whoever is connected may. */
  readonly security: readonly SecurityScheme[];
}

/** A security scheme of the contract (AsyncAPI 3.0, Security Scheme Object), by what it asks of a handshake. */
export interface SecurityScheme {
  readonly name: string;
  /** What its hook is given. `bearer` also stands for oauth2 and openIdConnect, `basic` for userPassword. */
  readonly credentials: 'bearer' | 'basic' | 'apiKey';
  /** `user` and `password` are the two parts of basic credentials, of which an API key is one. */
  readonly in: 'authorization' | 'user' | 'password' | 'header' | 'query' | 'cookie';
  /** The name of the header, query parameter or cookie; '' where that is `Authorization`. */
  readonly parameter: string;
  /** The scopes that the contract asks for (OAuth 2.0, RFC 6749 section 3.3). */
  readonly scopes: readonly string[];
}

/** A server of the contract (AsyncAPI 3.0, Server Object). */
export interface ServerDescriptor {
  readonly name: string;
  readonly protocol: 'ws' | 'wss';
  /** With `{variable}` expressions. */
  readonly host: string;
  /** What stands before every address, with `{variable}` expressions; '' for nothing. */
  readonly pathname: string;
  readonly variables: Readonly<Record<string, ServerVariable>>;
}

export interface ServerVariable {
  /** Empty: any value. */
  readonly values: readonly string[];
  readonly default: string | undefined;
}

/** How a client that lost its connection goes on where it was: names of the contract, by their role. */
export interface ResumeDescriptor {
  /** The query parameter for the place to begin: `now`, `acked`, or a cursor. */
  readonly query: string;
  /** The property in which messages carry their place. */
  readonly cursor: string;
  /** The first message of a resumable connection. */
  readonly ready: string;
  /** Moves the place when there is nothing else. */
  readonly checkpoint: string;
  /** Says that the place is no longer there, and names another. */
  readonly reset: string;
  /** Says that the server is leaving, and after how many milliseconds (`retryAfterMs`) to come back. */
  readonly bye: string;
  /** What a client sends when everything up to a place is processed. */
  readonly ack: string;
}

/** What is spoken on the connections to one address; channels of the same address are one. */
export interface ChannelDescriptor {
  readonly name: string;
  /** The path, with `{parameter}` expressions (AsyncAPI 3.0, Channel Address Expressions). */
  readonly address: string;
  readonly description: string;
  /** Those of the contract that serve the channel. Empty where the contract names none. */
  readonly servers: readonly ServerDescriptor[];
  /** Takes the values as text. Undefined where the address has no parameters. */
  readonly parameters: Guard<object> | undefined;
  /** What stands, in a client, for parameters that are not given. */
  readonly parameterDefaults: Readonly<Record<string, string>>;
  /** The ws binding's `query`. Undefined where the contract has none: then no query is accepted. */
  readonly query: Guard<object> | undefined;
  /** The ws binding's `headers`: it is given those that it names. Undefined where the contract has none. */
  readonly headers: Guard<object> | undefined;
  readonly headerNames: readonly string[];
  /** Any one of them suffices. Empty: the channel is open to everyone, as the contract says. */
  readonly security: readonly SecurityScheme[];
  /** All that the server sends, answers among them; each message once. */
  readonly send: readonly MessageDescriptor[];
  /** All that a client sends, answers among them; each message once. */
  readonly receive: readonly MessageDescriptor[];
  readonly operations: readonly OperationDescriptor[];
  /** Undefined where connections cannot be resumed. */
  readonly resume: ResumeDescriptor | undefined;
}

declare const handlersOf: unique symbol;

/** All channels of a document, and (in its type alone) the handlers that serving them takes. */
export interface Contract<Handlers> {
  readonly title: string;
  readonly version: string;
  readonly channels: Readonly<Record<string, ChannelDescriptor>>;
  readonly [handlersOf]?: Handlers;
}
