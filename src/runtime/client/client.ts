import type { ChannelTypes, ClientChannel, Question, ReceivedMessage, Reply } from './channel.ts';
import type { PostedClientError } from './client-error.ts';
import type { ConnectOptions } from './options.ts';
import type { RequestOptions } from './requests.ts';

/**
 * Opens a channel and keeps it open until the client is closed or the server refuses for good. The
 * first attempt starts after the running code has finished.
 *
 * @throws PostedClientError `invalid_options` for an option that cannot work
 */
export type Connect = <Types extends ChannelTypes>(
  channel: ClientChannel<Types>,
  options: NoInfer<ConnectOptions<Types>>,
) => Client<Types>;

/**
 * One open channel, through however many connections it takes. Every received message is checked
 * against the contract before the application sees it, and handed over in the order of arrival, the
 * next when the application is done with the one before.
 *
 * A client without handlers (option `on`) is read by `for await`. Leaving the loop does not close the
 * client; another loop goes on where it ended. The loop ends when the client is closed, and throws
 * what `closed` rejects with. A message is processed when the loop asks for the next one or is left;
 * loops that run at once share the messages, and keep no order between them.
 *
 * Where connections can be resumed, a message that is processed is acknowledged, and its cursor saved:
 * see the options `resume`, `cursors` and `onReset`.
 */
export interface Client<Types extends ChannelTypes>
  extends AsyncIterable<ReceivedMessage<Types>>,
    AsyncDisposable {
  /**
   * Sends one message. Nothing is kept for a later connection: the call throws while there is none.
   *
   * @throws PostedClientError `bad_message`, `not_open` or `send_buffer_full`
   */
  send<Name extends keyof Types['sends'] & string>(name: Name, message: Types['sends'][Name]): void;

  /**
   * Asks the server, and resolves with what it answers: the message, or `{ message, payload }` where one
   * of several may answer. A correlation id is filled in unless the message has one; where the contract
   * has none, answers are taken in the order of the questions. Answers do not wait behind other
   * messages, except while the server is made to wait (`maxWaitingMessages`).
   *
   * The promise is rejected with a PostedClientError: `bad_message`, `not_open` or `send_buffer_full`
   * where nothing was sent, `timeout`, or `closed` where the connection is lost before the answer.
   */
  request<Operation extends keyof Types['requests'] & string>(
    operation: Operation,
    message: Question<Types['requests'][Operation]>,
    options?: RequestOptions,
  ): Promise<Reply<Types['requests'][Operation]>>;

  /**
   * Ends the client with close code 1000, if it has not ended. Messages that wait are dropped, and a
   * handler at work is not waited for. What was processed is acknowledged before; the rest comes again
   * to a client that begins where this one ended.
   */
  close(): void;

  /**
   * Settles when the client has ended and the handlers are done with every message that came before:
   * resolves after `close`, after the option `signal` and after the server's close code 1000, else
   * rejects with a PostedClientError. A rejection that nobody looks at does no harm.
   */
  readonly closed: Promise<ClientClosed>;
}

/** How a client ended. */
export interface ClientClosed {
  /** The close code of RFC 6455 section 7.4; 1006 where there was none. */
  readonly code: number;
  readonly reason: string;
}

/** What a client is doing. */
export type ClientStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | {
      /** Without a connection; the next attempt begins after `delayMs`. */
      readonly state: 'waiting';
      readonly delayMs: number;
      /** The number of the next attempt, counted from the last connection that held. */
      readonly attempt: number;
      /** Why there is no connection. */
      readonly error: PostedClientError;
    }
  | ({
      readonly state: 'closed';
      /** What `closed` rejects with; null where it resolves. */
      readonly error: PostedClientError | null;
    } & ClientClosed);
