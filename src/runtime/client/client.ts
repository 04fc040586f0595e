import type { ChannelTypes, ClientChannel } from './channel-types.ts';
import type { ConnectOptions } from './client-options.ts';
import type { ClientClosed, ObservableStatus } from './client-status.ts';
import type { LoopOptions } from './message-loop.ts';

/**
 * Opens a channel and keeps it open until the client is closed or the server rejects it for good. The
 * first attempt starts after the current synchronous code has finished.
 *
 * @throws PostedClientError `invalid_options` if an option cannot work
 */
export type Connect = <Client, Types extends ChannelTypes>(
  channel: ClientChannel<Client, Types>,
  options: NoInfer<ConnectOptions<Types>>,
) => Client;

/**
 * Handles messages of one name. It is done when its promise settles. If it throws, the error goes to
 * `onError`, and the message counts as processed and is not sent again, since it could fail forever.
 */
export type Handler<Message> = (message: Message) => void | Promise<void>;

/**
 * What the clients of all channels have in common. A client is one channel, across all of its
 * connections. The contract adds `on`, with a function for each message, and a function for each of the
 * operations that send something.
 *
 * Every received message is checked against the contract and given to all consumers in the order of
 * arrival: the handlers added with `on`, and the loops over `messages()`. Any number of them can come and
 * go at any time. The next message follows when all consumers are done with the one before. A message
 * that only has handlers for other names counts as handled. Until the first consumer exists, messages wait, so
 * that nothing is lost; see the option `maxWaitingMessages`.
 *
 * If connections can be resumed, each processed message is acknowledged and its cursor is saved: see the
 * options `resume`, `cursor` and `onReset`.
 */
export interface ClientBase<Message> extends AsyncDisposable {
  readonly status: ObservableStatus;

  /**
   * Resolves when the client is open, at once if it is, and stays pending while it reconnects. Rejects
   * with a PostedClientError if the client ends first. Each read returns the promise of that moment.
   * Ignoring a rejection is safe.
   */
  readonly opened: Promise<void>;

  /**
   * The messages from the first `next` on, for a `for await` loop. A message is processed once the loop
   * asks for the next one or is left. Each loop gets every message.
   *
   * The loop ends when its `signal` is aborted or the client is closed, and throws the error that `closed`
   * rejects with. Leaving it does not close the client. `return()` settles at once, and a pending `next()`
   * then consumes nothing.
   */
  messages(options?: LoopOptions): AsyncIterableIterator<Message, void, undefined>;

  /**
   * Connects again at once: ends the wait for the next attempt, or replaces the connection or the attempt in progress.
   * On a resumable channel nothing is lost. After the client has ended, it does nothing.
   */
  reconnect(): void;

  /**
   * Ends the client with close code 1000, unless it has ended already. Queued messages are dropped, and
   * running handlers are not awaited. Processed messages are acknowledged first; the others are sent
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
