import type { ChannelTypes, Question, Reply } from './channel.ts';
import type { CredentialsOption } from './credentials-option.ts';
import type { CursorStore } from './cursor-store.ts';
import type { Optional } from './optional.ts';
import type { ServerOptions } from './server-options.ts';
import type { ClientSettings } from './settings.ts';

/** What `connect` takes. What the contract does not have, there is no option for. */
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
   * Handlers by message name. A message waits until the promise of the handler before it has settled;
   * one without a handler is passed over. What a handler throws goes to `onError`, and the next
   * message follows: the one that failed counts as processed and does not come again, for it could
   * fail for ever. With this option the client cannot be read by `for await`.
   */
  readonly on?: {
    readonly [Name in keyof Types['receives']]?: (message: Types['receives'][Name]) => void | Promise<void>;
  };
}

type AnswerOption<Answers> = [keyof Answers] extends [never]
  ? { readonly answer?: never }
  : {
      /**
       * By operation: what answers when the server asks. What it returns is sent back, with the
       * correlation id of the question; what it throws goes to `onError`, and nothing is sent. Questions
       * are answered one after the other, beside the messages of `on` and `for await`, which do not get
       * them then; without a function here they do, and `send` can answer.
       */
      readonly answer?: {
        readonly [Operation in keyof Answers]?: (
          message: Question<Answers[Operation]>,
        ) => Reply<Answers[Operation]> | Promise<Reply<Answers[Operation]>>;
      };
    };

type ParametersOption<Parameters> =
  Optional<Parameters> extends true
    ? { readonly parameters?: Parameters }
    : {
        /** What stands for the `{parameter}` expressions of the address. */
        readonly parameters: Parameters;
      };

type QueryOption<Query> =
  Optional<Query> extends true
    ? {
        /** The query of the URL. */
        readonly query?: Query;
      }
    : {
        /** The query of the URL. */
        readonly query: Query;
      };

type HeadersOption<Headers> =
  Optional<Headers> extends true
    ? {
        /** Of the handshake. A browser cannot set any. */
        readonly headers?: Headers;
      }
    : {
        /** Of the handshake. A browser cannot set any: there the channel is out of reach. */
        readonly headers: Headers;
      };

/** Where connections cannot be resumed, there is nothing to choose. */
type ResumeOptions<Reset> = [Reset] extends [never]
  ? NoResumeOptions
  : {
      /**
       * Whether a new connection goes on where the last one was lost, so that each message comes once
       * and none is missing. Default: true. False: a plain connection, which gets what comes while it
       * is open; `since` is not sent.
       */
      readonly resume?: boolean;

      /**
       * Where the cursor is kept: the place up to which the application has processed everything. It
       * goes before `since` of the query, which says where to begin without a cursor (default: `now`).
       * After a restart, what was being processed when the process ended comes again. Default:
       * `memoryCursor()`.
       */
      readonly cursors?: CursorStore;

      /**
       * Told that the server no longer has what the client has missed: messages are missing. It is
       * called in the order of the messages, and the next waits until its promise has settled. Without
       * it, `onError` learns it.
       */
      readonly onReset?: (reset: Reset) => void | Promise<void>;
    };

interface NoResumeOptions {
  readonly resume?: never;
  readonly cursors?: never;
  readonly onReset?: never;
}
