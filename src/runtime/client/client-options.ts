import type { BasicCredentials } from '../shared/credentials.ts';
import type { ChannelTypes, IsOptional, ReplyMessage, RequestMessage } from './channel-types.ts';
import type { ClientSettings } from './client-settings.ts';
import type { CursorStore } from './cursor-store.ts';

/** The options of `connect`. Only what the contract defines has an option. */
export type ConnectOptions<Types extends ChannelTypes> = ClientSettings &
  HandlerOptions<Types> &
  AnswerOption<Types['answers']> &
  ServerOptions<Types['servers']> &
  CredentialsOption<Types['credentials'], Types['operationCredentials']> &
  ParametersOption<Types['parameters']> &
  QueryOption<Types['query']> &
  HeadersOption<Types['headers']> &
  ResumeOptions<Types['reset']>;

interface HandlerOptions<Types extends ChannelTypes> {
  /**
   * Handlers by message name. The next message waits until the handler's promise settles; a message
   * without a handler is skipped. If a handler throws, the error goes to `onError`, and the message
   * counts as processed and is not sent again, since it could fail forever. A client with this option
   * cannot be read with `for await`.
   */
  readonly on?: {
    readonly [Name in keyof Types['receives']]?: (message: Types['receives'][Name]) => void | Promise<void>;
  };
}

type AnswerOption<Answers> = [keyof Answers] extends [never]
  ? { readonly answer?: never }
  : {
      /**
       * Functions by operation that answer the server's requests. The returned reply is sent with the
       * request's correlation id; if the function throws, the error goes to `onError` and nothing is
       * sent. Requests are answered one at a time, independently of `on` and `for await`. A request
       * without a function here goes to those instead, and `send` can answer it.
       */
      readonly answer?: {
        readonly [Operation in keyof Answers]?: (
          message: RequestMessage<Answers[Operation]>,
        ) => ReplyMessage<Answers[Operation]> | Promise<ReplyMessage<Answers[Operation]>>;
      };
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

type ParametersOption<Parameters> =
  IsOptional<Parameters> extends true
    ? { readonly parameters?: Parameters }
    : {
        /** Values for the `{parameter}` expressions of the address. */
        readonly parameters: Parameters;
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
type Credential<Value> = Value | (() => Value | Promise<Value>);

/**
 * The application's credentials by kind. A function is called before every attempt, so that credentials
 * are never stale. If it throws, it is called again later, unless it throws a PostedClientError
 * `unauthorized`, which ends the client. If the server rejects the credentials, the function is called
 * once more; the client ends if it returns the same ones or the server rejects those too.
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

/** Any one of the channel's `Schemes` suffices; `OperationSchemes` are those that only operations require. */
type CredentialsOption<Schemes, OperationSchemes> = [keyof Schemes] extends [never]
  ? [keyof OperationSchemes] extends [never]
    ? { readonly credentials?: never }
    : { readonly credentials?: SomeOf<OperationSchemes> }
  : WithCredentials<AnyOf<Schemes>, SomeOf<OperationSchemes>>;

type WithCredentials<Required, Others> =
  true extends IsOptional<Required>
    ? { readonly credentials?: Required & Others }
    : {
        /**
         * By name of the security scheme: any one of the connection's schemes, and those that operations
         * require in addition.
         */
        readonly credentials: Required & Others;
      };

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
      readonly cursors?: CursorStore;

      /**
       * Called when the server no longer has the messages that the client missed. It is called in the
       * order of the messages, and the next one waits until its promise settles. Default: `onError` is
       * called.
       */
      readonly onReset?: (reset: Reset) => void | Promise<void>;
    };

interface NoResumeOptions {
  readonly resume?: never;
  readonly cursors?: never;
  readonly onReset?: never;
}
