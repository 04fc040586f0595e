/**
 * What generated code says of a contract: plain data that the runtime serves. Names are AsyncAPI 3.0's.
 */
import type { Guard } from '../guard.ts';

/** How one message of a channel is known from the others. */
export interface MessageTag {
  /** The property of the payload's object that every message of the direction has. */
  readonly property: string;
  /** Its value in this message alone. */
  readonly value: string;
}

export interface MessageDescriptor<Message = unknown> {
  /** The operation that it belongs to. */
  readonly operation: string;
  /** The message's name in the contract. */
  readonly name: string;
  readonly contentType: string;
  /** Undefined where the direction has one message, and that one no such property. */
  readonly tag: MessageTag | undefined;
  readonly guard: Guard<Message>;
}

/** A security scheme of the contract (AsyncAPI 3.0, Security Scheme Object). */
export interface SecurityScheme {
  readonly name: string;
  readonly type: 'http';
  readonly scheme: 'bearer';
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

export interface ChannelDescriptor {
  readonly name: string;
  /** The path, with `{parameter}` expressions (AsyncAPI 3.0, Channel Address Expressions). */
  readonly address: string;
  readonly description: string;
  /** Undefined where the address has no parameters. */
  readonly parameters: Guard<object> | undefined;
  /** The ws binding's `query`. Undefined where the contract has none: then no query is accepted. */
  readonly query: Guard<object> | undefined;
  /** Any one of them suffices. Empty: the channel is open to everyone, as the contract says. */
  readonly security: readonly SecurityScheme[];
  /** What the server sends, for every `send` operation. */
  readonly send: readonly MessageDescriptor[];
  /** What a client sends, for every `receive` operation. */
  readonly receive: readonly MessageDescriptor[];
  /** Undefined where connections cannot be resumed. */
  readonly resume?: ResumeDescriptor | undefined;
}

declare const handlersOf: unique symbol;

/** All channels of a document, and (in its type alone) the handlers that serving them takes. */
export interface Contract<Handlers> {
  readonly title: string;
  readonly version: string;
  readonly channels: Readonly<Record<string, ChannelDescriptor>>;
  readonly [handlersOf]?: Handlers;
}
