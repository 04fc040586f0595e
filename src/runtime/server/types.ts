/** The types of a generated contract, and what follows from them. */
import type { Principal, Room } from './handlers.ts';

/** Generated for each contract, besides its data. */
export interface ContractTypes {
  /** The credentials that the security hooks get, by scheme. */
  readonly security: object;
  /** `ChannelTypes`, by channel. */
  readonly channels: object;
  /** The names of the operations that clients start; absent if the generator was older. */
  readonly operations?: string;
  /** The application's security hooks, from which the types of users follow. */
  readonly hooks: unknown;
  /** What `handle` returns. */
  readonly server: unknown;
  /** The function that takes the handlers. */
  readonly handle: unknown;
}

export interface ChannelTypes {
  readonly params: object;
  /** A function for each message that the server sends on its own. */
  readonly messages: object;
  /** The contents of durable messages, by name, if the channel has any. */
  readonly durable?: object;
  readonly room: Room;
}

export type ChannelTypesOf<
  Types extends ContractTypes,
  Name extends keyof Types['channels'],
> = Types['channels'][Name] extends infer Channel extends ChannelTypes ? Channel : never;

export type OperationNameOf<Types extends ContractTypes> = NonNullable<Types['operations']>;

/** One hook for each security scheme. It returns the user of the credentials, or throws PostedError `unauthorized`. */
export type SecurityHooksOf<Types extends ContractTypes> = {
  readonly [Scheme in keyof Types['security']]: (
    credentials: Types['security'][Scheme],
  ) => Principal | Promise<Principal>;
};

/** Required if the contract has security. */
export type SecurityOption<Types extends ContractTypes, Hooks> = [keyof Types['security']] extends [never]
  ? { readonly security?: Hooks }
  : {
      /** By security scheme: verifies the credentials of a handshake, and returns their user. */
      readonly security: Hooks;
    };

/** The user that the hooks of some schemes return. */
export type UserOf<Hooks, Schemes extends PropertyKey> = {
  [Scheme in keyof Hooks]: Scheme extends Schemes
    ? Hooks[Scheme] extends (credentials: never) => infer User
      ? Awaited<User>
      : never
    : never;
}[keyof Hooks] extends infer User extends Principal
  ? User
  : Principal;
