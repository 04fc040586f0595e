import type { Optional } from './optional.ts';

/** Where the server is: a URL, or one of the contract's servers. */
export type ServerOptions<Servers extends readonly Server[]> =
  | UrlOption
  | (Servers extends readonly [infer First extends Server, ...(readonly Server[])]
      ? DefaultServer<First> | ServerOption<Servers[number]>
      : never);

interface Server {
  readonly name: string;
  readonly variables: object;
}

interface UrlOption {
  /**
   * The server's URL: `ws`, `wss`, `http` or `https`. Its path stands for the server's pathname: the
   * channel's address comes after it. A query, a fragment and a user are refused.
   */
  readonly url: string | URL;
  readonly server?: never;
  readonly variables?: never;
}

type DefaultServer<First extends Server> = {
  readonly url?: never;
  readonly server?: never;
} & VariablesOption<First['variables']>;

type ServerOption<Any extends Server> = Any extends Server
  ? {
      readonly url?: never;
      /** The name of one of the contract's servers. Default, where there is no `url`: the first. */
      readonly server: Any['name'];
    } & VariablesOption<Any['variables']>
  : never;

type VariablesOption<Variables> =
  Optional<Variables> extends true
    ? {
        /** What stands for the `{variable}` expressions of the server, where that is not the default. */
        readonly variables?: Variables;
      }
    : {
        /** What stands for the `{variable}` expressions of the server. */
        readonly variables: Variables;
      };
