import type { ChannelDescriptor } from '../shared/descriptor.ts';
import type { CreateSending } from './sending.ts';

export type { IsOptional, Uncorrelated } from '../shared/content.ts';

/** The types of a channel in the options of `connect`. Generated code declares them. */
export interface ChannelTypes {
  /** Credential kinds by name of the security scheme. Any one of these schemes suffices. */
  readonly credentials: object;
  /** Credential kinds by name of the security scheme, for schemes that only operations require. */
  readonly operationCredentials: object;
  /** In the contract's order; the first is the default. */
  readonly servers: readonly { readonly name: string; readonly variables: object }[];
  /** The parameters of the address. */
  readonly params: object;
  /** The query of the URL. */
  readonly query: object;
  /** The handshake headers that the ws binding names. */
  readonly headers: object;
  /** Functions that answer the server's requests, by operation. */
  readonly answer: object;
  /** The message that reports an expired cursor; `never` if connections cannot be resumed. */
  readonly reset: unknown;
}

declare const typesOf: unique symbol;

/** A channel from the client's point of view: it receives what the descriptor calls `send`, and the reverse. */
export interface ClientDescriptor extends ChannelDescriptor {
  /** Present if clients send something for their application. */
  readonly sending?: CreateSending;
}

export interface ClientChannel<Client, Types extends ChannelTypes> extends ClientDescriptor {
  readonly [typesOf]?: readonly [Client, Types];
}
