import type { IsOptional } from '../shared/content.ts';
import type { Contract } from '../shared/descriptor.ts';
import { AppCore } from './app-core.ts';
import type { ConnectionFilter, KickFilter, RevokeFilter } from './connection-filter.ts';
import type { ContractServer } from './contract-server.ts';
import type { Connection, EncodeMessages, Principal } from './handlers.ts';
import type { ContractServerOptions } from './options.ts';
import type {
  ChannelTypes,
  ChannelTypesOf,
  ContractTypes,
  SecurityHooksOf,
  SecurityOption,
} from './types.ts';

/** What an application can do with a server of a contract, also before it has handlers. */
export interface App<Types extends ContractTypes> {
  /**
   * The connections to one address: `app.room('auction', { auctionId: 'a1' }).bidPlaced({ … })`. `variables` are those
   * of the server's pathname, if it has any.
   *
   * @throws PostedError `invalid_request` if the channel has no address with these parameters
   */
  room<Name extends keyof Types['channels'] & string>(
    channel: Name,
    ...values: RoomArguments<ChannelTypesOf<Types, Name>['params']>
  ): ChannelTypesOf<Types, Name>['room'];
  /** The functions of a channel that belong to none of its rooms. */
  channel<Name extends keyof Types['channels'] & string>(name: Name): AppChannel<ChannelTypesOf<Types, Name>>;
  /** The open connections of this node that match all of the filter. */
  connections(
    filter?: ConnectionFilter<keyof Types['channels'] & string>,
  ): readonly Connection<Principal | undefined>[];
  /**
   * Closes the connections that match all of the filter with 4403, on all nodes. Their clients get the reason, and do
   * not reconnect. Returns the number of connections of this node.
   *
   * @throws TypeError if the filter is empty, which would match everybody
   */
  kick(filter: KickFilter<keyof Types['channels'] & string>, reason: string): number;
  /**
   * Ends credentials on all nodes: `onRevoked` is called, and the connections with them are closed with 4401. The security
   * hooks have to refuse the credentials by then: store what they check first. With a log, every other node follows within
   * a second, even if it misses the bus's message; without one, the bus delivers it at most once.
   *
   * @throws TypeError if the filter has neither a user nor a token
   * @throws PostedError `unavailable` if the log cannot be written
   */
  revoke(filter: RevokeFilter): Promise<void>;
}

/** The rooms of a channel without parameters are one. */
export type RoomArguments<Params> =
  true extends IsOptional<Params>
    ? [params?: Params, variables?: Readonly<Record<string, string>>]
    : [params: Params, variables?: Readonly<Record<string, string>>];

export interface AppChannel<Types extends ChannelTypes> {
  /** Encodes a message once, for `sendEncoded` of any number of connections. */
  readonly encode: EncodeMessages<Types['messages']>;
  /** Sends to connections of this channel and this node. */
  readonly to: (connections: Iterable<Connection>) => Types['messages'];
}

/** An app whose handlers are missing. */
export type UnhandledApp<Types extends ContractTypes, Hooks, Server> = App<Types> & {
  /**
   * Completes the server with the handlers of all channels.
   *
   * @throws TypeError if a handler is missing, which type-checked handlers rule out
   */
  readonly handle: (Types & { readonly hooks: Hooks; readonly server: Server })['handle'];
};

/** Creates a server of a contract. A program with an HTTP server of its own uses it; `serve` of posted/node does more. */
export function createContractServer<Types extends ContractTypes, Hooks extends SecurityHooksOf<Types>>(
  contract: Contract<Types>,
  options: ContractServerOptions & SecurityOption<Types, Hooks>,
): UnhandledApp<Types, Hooks, ContractServer> {
  const core = new AppCore(contract, options);
  const app = {
    ...core.app,
    handle: (handlers: object): ContractServer => {
      const server = core.handle(handlers);
      core.joinPeersInBackground();
      return server;
    },
  };
  // The generated types promise what the descriptors ensure at run time.
  return app as unknown as UnhandledApp<Types, Hooks, ContractServer>;
}
