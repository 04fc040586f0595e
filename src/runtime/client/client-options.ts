import type { BasicCredentials } from '../shared/credentials.ts';
import type { TokenRequest } from '../shared/token-source.ts';
import type { ChannelTypes, IsOptional } from './channel-types.ts';
import type { ClientSettings } from './client-settings.ts';
import type { CursorStore } from './cursor-store.ts';

/** The options of `connect`. Only what the contract defines has an option. */
export type ConnectOptions<Types extends ChannelTypes> = ClientSettings &
  AnswerOption<Types['answer']> &
  ServerOptions<Types['servers']> &
  AuthOption<Types['credentials'], Types['operationCredentials']> &
  ParamsOption<Types['params']> &
  QueryOption<Types['query']> &
  HeadersOption<Types['headers']> &
  ResumeOptions<Types['reset']>;

type AnswerOption<Functions> = [keyof Functions] extends [never]
  ? { readonly answer?: never }
  : {
      /**
       * Functions by operation that answer the server's requests. They return the content of the reply: the
       * client fills in constants and the request's correlation id. If the contract allows several replies,
       * they return one made with `reply` of their second argument. If a function throws, the error goes to
       * `onError` and nothing is sent.
       *
       * Requests are answered one at a time, independently of other messages. A request without a function
       * here is not answered, and goes to `on` and `messages()`.
       */
      readonly answer?: Partial<Functions>;
    };

/** A server URL, or one of the contract's servers. */
type ServerOptions<Servers extends readonly Server[]> =
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
   * The server's URL: `ws`, `wss`, `http` or `https`, without user, query and fragment. Its path replaces
   * the server's pathname; the channel's address is appended to it.
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
      /** The name of one of the contract's servers. Default without `url`: the first. */
      readonly server: Any['name'];
    } & VariablesOption<Any['variables']>
  : never;

type VariablesOption<Variables> =
  IsOptional<Variables> extends true
    ? {
        /** Values for the server's `{variable}` expressions; the contract's defaults apply otherwise. */
        readonly variables?: Variables;
      }
    : {
        /** Values for the server's `{variable}` expressions. */
        readonly variables: Variables;
      };

type ParamsOption<Params> =
  IsOptional<Params> extends true
    ? { readonly params?: Params }
    : {
        /** Values for the `{parameter}` expressions of the address. */
        readonly params: Params;
      };

type QueryOption<Query> =
  IsOptional<Query> extends true
    ? {
        /** The query of the URL. */
        readonly query?: Query;
      }
    : {
        /** The query of the URL. */
        readonly query: Query;
      };

type HeadersOption<Headers> =
  IsOptional<Headers> extends true
    ? {
        /** Headers of the handshake. Browsers cannot set any. */
        readonly headers?: Headers;
      }
    : {
        /** Headers of the handshake. Browsers cannot set any, so this channel is unavailable there. */
        readonly headers: Headers;
      };

/** A value, or a function that returns one. */
type Credential<Value> = Value | ((request: TokenRequest) => Value | Promise<Value>);

/**
 * The application's credentials by kind. A function is called before every attempt, so that credentials
 * are never stale. If it throws, it is called again later, unless it throws a PostedClientError
 * `unauthorized`, which ends the client. If the server rejects the credentials, the function is called
 * again, several times with growing pauses: see the option `shouldRetry`.
 */
interface CredentialKinds {
  /** A token (RFC 6750). */
  readonly bearer: Credential<string>;
  /** A user name without a colon, and a password (RFC 7617). */
  readonly basic: Credential<BasicCredentials>;
  readonly apiKey: Credential<string>;
  /** An API key in a cookie. Browsers send their own cookies and accept none here. */
  readonly cookie: Credential<string>;
}

type CredentialFor<Kind> = Kind extends keyof CredentialKinds ? CredentialKinds[Kind] : never;

type AnyOf<Schemes> = {
  [Name in keyof Schemes]: Schemes[Name] extends 'cookie'
    ? { readonly [Only in Name]?: CredentialFor<Schemes[Name]> }
    : { readonly [Only in Name]: CredentialFor<Schemes[Name]> };
}[keyof Schemes];

type SomeOf<Schemes> = { readonly [Name in keyof Schemes]?: CredentialFor<Schemes[Name]> };

/** The credential itself, if there is only one scheme. */
type OnlyOf<Schemes> = IsUnion<keyof Schemes> extends false ? CredentialFor<Schemes[keyof Schemes]> : never;

type IsUnion<Value, All = Value> = Value extends unknown ? ([All] extends [Value] ? false : true) : never;

/** Any one of the channel's `Schemes` suffices; `OperationSchemes` are those that only operations require. */
type AuthOption<Schemes, OperationSchemes> = [keyof Schemes | keyof OperationSchemes] extends [never]
  ? { readonly auth?: never }
  : true extends IsOptional<AnyOf<Schemes>>
    ? { readonly auth?: Auth<Schemes, OperationSchemes> }
    : [keyof Schemes] extends [never]
      ? { readonly auth?: Auth<Schemes, OperationSchemes> }
      : {
          /**
           * The credential, or a function that returns it. If the contract has several security schemes, an
           * object by name of the scheme: any one of the connection's schemes, and those that operations
           * require in addition.
           */
          readonly auth: Auth<Schemes, OperationSchemes>;
        };

type Auth<Schemes, OperationSchemes> =
  | OnlyOf<Schemes & OperationSchemes>
  | (([keyof Schemes] extends [never] ? unknown : AnyOf<Schemes>) & SomeOf<OperationSchemes>);

type ResumeOptions<Reset> = [Reset] extends [never]
  ? NoResumeOptions
  : {
      /**
       * Whether a new connection continues where the last one was lost, so that every message arrives
       * exactly once. Default: true. False opens a plain connection, which receives only what is sent
       * while it is open; `since` is not sent.
       */
      readonly resume?: boolean;

      /**
       * Where to keep the cursor up to which the application has processed everything. A saved cursor
       * takes precedence over `since` in the query, which is where to start without one (default:
       * `now`). After a restart, messages that were being processed are sent again. Default:
       * `memoryCursor()`.
       */
      readonly cursor?: CursorStore;

      /**
       * Whether the tabs of an origin with the same address, user and cursor share one connection, where the browser
       * and the store of the cursor allow it: see docs/browsers.md. Default: true.
       */
      readonly shareTabs?: boolean;

      /**
       * Called when the server no longer has the messages that the client missed. It is called in the
       * order of the messages, and the next one waits until its promise settles. Default: `onError` is
       * called.
       */
      readonly onReset?: (reset: Reset) => void | Promise<void>;
    };

interface NoResumeOptions {
  readonly resume?: never;
  readonly cursor?: never;
  readonly shareTabs?: never;
  readonly onReset?: never;
}
