import type { ChannelDescriptor } from '../shared/descriptor.ts';

export type { IsOptional, Uncorrelated } from '../shared/content.ts';

/** The types of one channel as its client sees it. Generated code declares them. */
export interface ChannelTypes {
  /** Credential kinds by name of the security scheme. Any one of these schemes suffices. */
  readonly credentials: object;
  /** Credential kinds by name of the security scheme, for schemes that only operations require. */
  readonly operationCredentials: object;
  /** In the contract's order; the first is the default. */
  readonly servers: readonly { readonly name: string; readonly variables: object }[];
  /** The parameters of the address. */
  readonly parameters: object;
  /** The query of the URL. */
  readonly query: object;
  /** The handshake headers that the ws binding names. */
  readonly headers: object;
  /** The server's messages, by name. */
  readonly receives: object;
  /** The client's messages, by name. */
  readonly sends: object;
  /** The client's requests and the server's replies: an `Exchange` by operation. */
  readonly requests: object;
  /** The server's requests and the client's replies: an `Exchange` by operation. */
  readonly answers: object;
  /** The message that reports an expired cursor; `never` if connections cannot be resumed. */
  readonly reset: unknown;
}

declare const typesOf: unique symbol;

/** A channel from the client's point of view: it receives what the descriptor calls `send`, and the reverse. */
export interface ClientChannel<Types extends ChannelTypes> extends ChannelDescriptor {
  readonly [typesOf]?: Types;
}

/** Any message that the server sends on the channel. */
export type ReceivedMessage<Types extends ChannelTypes> = Types['receives'][keyof Types['receives']];

/** The request of an exchange. */
export type RequestMessage<Exchange> = Exchange extends { readonly message: infer Message } ? Message : never;

/** The reply of an exchange: the message, or `{ message, payload }` if the contract allows several. */
export type ReplyMessage<Exchange> = Exchange extends { readonly reply: infer Message } ? Message : never;
