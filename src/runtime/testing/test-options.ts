import type { ChannelTypes } from '../client/channel-types.ts';
import type { ConnectOptions } from '../client/client-options.ts';
import type { Principal } from '../server/handlers.ts';

/** The options of `connect`, without a URL: the server is in this process. */
export type TestConnectOptions<
  Types extends ChannelTypes,
  User extends Principal = Principal,
> = SecuredOptions<Served<Types>, User>;

type SecuredOptions<Types extends ChannelTypes, User extends Principal> = [
  keyof Types['credentials'] | keyof Types['operationCredentials'],
] extends [never]
  ? ConnectOptions<Types> & { readonly user?: never }
  :
      | (ConnectOptions<Types> & { readonly user?: never })
      | (ConnectOptions<WithoutSecurity<Types>> & UserOption<User>);

interface UserOption<User extends Principal> {
  /**
   * Instead of `auth`: the user that the security hooks would return, or only its id. The hooks are not called then, and
   * every operation is permitted.
   */
  readonly user: string | User;
}

type Replaced<Types, New> = Omit<Types, keyof New> & New;

interface NoSecurity {
  readonly credentials: object;
  readonly operationCredentials: object;
}

type WithoutSecurity<Types extends ChannelTypes> = Replaced<Types, NoSecurity>;

/** A contract without servers needs no URL either. */
type Served<Types extends ChannelTypes> = Types['servers'] extends readonly []
  ? Replaced<Types, { readonly servers: readonly [{ readonly name: never; readonly variables: object }] }>
  : Types;
