import type { ChannelDescriptor } from '../shared/descriptor.ts';
import type { Optional } from './optional.ts';

/** What a client of one channel gives and gets, as generated code states it for the type checker. */
export interface ChannelTypes {
  /** By name of the security scheme, any one of which suffices: the kind of its credential. */
  readonly credentials: object;
  /** The same, of schemes that operations alone ask for. */
  readonly operationCredentials: object;
  /** In the contract's order; the first is the default. */
  readonly servers: readonly { readonly name: string; readonly variables: object }[];
  /** The parameters of the address. */
  readonly parameters: object;
  /** The query of the URL. */
  readonly query: object;
  /** The headers of the handshake that the ws binding names. */
  readonly headers: object;
  /** By message name: what the server sends. */
  readonly receives: object;
  /** By message name: what the client may send. */
  readonly sends: object;
  /** By operation, an `Exchange`: what the client asks with, and what the server answers. */
  readonly requests: object;
  /** By operation, an `Exchange`: what the server asks with, and what the client answers. */
  readonly answers: object;
  /** The message that says that the client's place is gone; `never` where connections cannot be resumed. */
  readonly reset: unknown;
}

declare const typesOf: unique symbol;

/** A channel as its clients see it: what its descriptor calls `send` is received here, and the reverse. */
export interface ClientChannel<Types extends ChannelTypes> extends ChannelDescriptor {
  readonly [typesOf]?: Types;
}

/** Any message that the server sends on the channel. */
export type ReceivedMessage<Types extends ChannelTypes> = Types['receives'][keyof Types['receives']];

/** What one side asks with. */
export type Question<Exchange> = Exchange extends { readonly message: infer Message } ? Message : never;

/** What the other side answers: the message, or `{ message, payload }` where one of several may answer. */
export type Reply<Exchange> = Exchange extends { readonly reply: infer Message } ? Message : never;

/**
 * A message without the correlation id that stands at the end of `Path`, and without what holds
 * nothing else: the client fills it in.
 */
export type Uncorrelated<Message, Path extends readonly string[]> = Message extends unknown
  ? Path extends readonly [infer Name extends keyof Message, ...infer Rest extends readonly string[]]
    ? Omit<Message, Name> & Relaxed<Message, Name, Rest>
    : Message
  : never;

type Relaxed<Message, Name extends keyof Message, Rest extends readonly string[]> = Rest extends readonly []
  ? Partial<Pick<Message, Name>>
  : true extends Optional<Uncorrelated<Message[Name], Rest>>
    ? { readonly [Only in Name]?: Uncorrelated<Message[Name], Rest> }
    : { readonly [Only in Name]: Uncorrelated<Message[Name], Rest> };
