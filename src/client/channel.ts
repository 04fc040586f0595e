import type { ChannelDescriptor } from '../contract/descriptor.ts';

/** What a client of one channel gives and gets, as generated code states it for the type checker. */
export interface ChannelTypes {
  /** By name of the security scheme, any one of which suffices: the kind of its credential. */
  readonly credentials: object;
  /** The parameters of the address. */
  readonly parameters: object;
  /** The query of the URL. */
  readonly query: object;
  /** By message name: what the server sends. */
  readonly receives: object;
  /** By message name: what the client may send. */
  readonly sends: object;
  /** The message that says that the client's place is gone. Absent or `never` where connections cannot be resumed. */
  readonly reset?: unknown;
}

declare const typesOf: unique symbol;

/** A channel as its clients see it: what its descriptor calls `send` is received here, and the reverse. */
export interface ClientChannel<Types extends ChannelTypes> extends ChannelDescriptor {
  readonly [typesOf]?: Types;
}

/** Any message that the server sends on the channel. */
export type ReceivedMessage<Types extends ChannelTypes> = Types['receives'][keyof Types['receives']];
