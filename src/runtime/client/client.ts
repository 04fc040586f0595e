import type {
  ChannelTypes,
  ClientChannel,
  ReceivedMessage,
  ReplyMessage,
  RequestMessage,
} from './channel-types.ts';
import type { ConnectOptions } from './client-options.ts';
import type { RequestOptions } from './client-requests.ts';
import type { ClientClosed } from './client-status.ts';

/**
 * Opens a channel and keeps it open until the client is closed or the server rejects it for good. The
 * first attempt starts after the current synchronous code has finished.
 *
 * @throws PostedClientError `invalid_options` if an option cannot work
 */
export type Connect = <Types extends ChannelTypes>(
  channel: ClientChannel<Types>,
  options: NoInfer<ConnectOptions<Types>>,
) => Client<Types>;

/**
 * One channel, across all of its connections. Every received message is checked against the contract
 * and delivered in the order of arrival, one at a time.
 *
 * A client without the option `on` is read with `for await`. Leaving the loop does not close the client;
 * another loop continues where it stopped. The loop ends when the client is closed, and throws the error
 * that `closed` rejects with. A message is processed once the loop asks for the next one or is left.
 * Concurrent loops share the messages without an order between them.
 *
 * If connections can be resumed, each processed message is acknowledged and its cursor is saved: see
 * the options `resume`, `cursors` and `onReset`.
 */
export interface Client<Types extends ChannelTypes>
  extends AsyncIterable<ReceivedMessage<Types>>,
    AsyncDisposable {
  /**
   * Sends one message on the current connection. Nothing is queued while disconnected.
   *
   * @throws PostedClientError `bad_message`, `not_open` or `send_buffer_full`
   */
  send<Name extends keyof Types['sends'] & string>(name: Name, message: Types['sends'][Name]): void;

  /**
   * Sends a request and resolves with its reply: the message, or `{ message, payload }` if the contract
   * allows several. A missing correlation id is filled in; if the contract has none, replies are matched
   * to requests in order. Replies bypass queued messages unless reading is paused (`maxWaitingMessages`).
   *
   * Rejects with a PostedClientError: `bad_message`, `not_open` or `send_buffer_full` if nothing was
   * sent, `timeout`, or `closed` if the connection ends before the reply arrives.
   */
  request<Operation extends keyof Types['requests'] & string>(
    operation: Operation,
    message: RequestMessage<Types['requests'][Operation]>,
    options?: RequestOptions,
  ): Promise<ReplyMessage<Types['requests'][Operation]>>;

  /**
   * Ends the client with close code 1000, unless it has ended already. Queued messages are dropped, and
   * a running handler is not awaited. Processed messages are acknowledged first; the others are sent
   * again to a client that starts from the saved cursor.
   */
  close(): void;

  /**
   * Settles once the client has ended and the handlers have finished with all messages received before:
   * resolves after `close`, an abort of `signal` or the server's close code 1000, otherwise rejects with
   * a PostedClientError. Ignoring a rejection is safe.
   */
  readonly closed: Promise<ClientClosed>;
}
