import { closeCodes } from '../shared/close-codes.ts';
import { applicationMessages } from './application-messages.ts';
import type { ClientConnection } from './client-connection.ts';
import { PostedClientError } from './client-error.ts';
import { type ClientClosed, logStatus, type ObservableStatus, StatusSource } from './client-status.ts';
import { ConnectionKeeper, type ConnectionKeeperDeps } from './connection-keeper.ts';
import { Deliveries, type Stop } from './deliveries.ts';
import type { Exchanges } from './exchanges.ts';
import type { Inbox } from './inbox.ts';
import { LazyRenewal } from './lazy-renewal.ts';
import { decodeMessage, type NamedMessage } from './message-codec.ts';
import { type LoopOptions, MessageLoop } from './message-loop.ts';
import type { Ending, Frame } from './platform.ts';
import { sendAck } from './send-queue.ts';
import type { CreateSending, Sending } from './sending.ts';
import type { AnswerFunctions } from './server-requests.ts';
import { aborted } from './with-timeout.ts';

const tooSlow = 'The application is too slow. The client connects again; messages in between may be missing.';

/** How long after it reads again a client notices at most that its connection has ended meanwhile. */
const unnoticedMs = 5_000;

interface ChannelClientDeps extends Omit<ConnectionKeeperDeps, 'signal'> {
  /** Undefined if the application sends nothing. */
  readonly sending: CreateSending | undefined;
  readonly answerFunctions: AnswerFunctions | undefined;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  readonly signal: AbortSignal | undefined;
}

type On = Readonly<Record<string, (handler: (message: unknown) => unknown) => Stop>>;

/** The client of any channel, without the channel's types; see `ClientBase` for its guarantees. */
export class ChannelClient {
  readonly on: On;
  readonly closed: Promise<ClientClosed>;
  readonly #deps: ChannelClientDeps;
  readonly #keeper: ConnectionKeeper;
  readonly #renewal: LazyRenewal | null;
  readonly #deliveries: Deliveries;
  /** Undefined if the application sends nothing. */
  readonly #sending: Sending | undefined;
  readonly #status = new StatusSource();
  readonly #stopping = new AbortController();
  /** Until when the loss of the connection means that the client has read too slowly, by `performance.now`. */
  #slowUntilMs = 0;
  #isSlowReported = false;
  /** The error with which the application has ended the client. */
  #failure: PostedClientError | null = null;

  constructor(deps: ChannelClientDeps) {
    this.#deps = deps;
    const { channel, settings, resumption, onReset } = deps;
    const { onError: report, maxWaitingMessages: limit } = settings;
    this.#keeper = new ConnectionKeeper({ ...deps, signal: this.#stopping.signal }, this.#status, {
      starting: () => this.#deliveries.rewind(),
      opened: (connection) => this.#opened(connection),
      frame: (frame, connection) => this.#receive(frame, connection),
      ended: (ending) => this.#connectionEnded(ending),
      hasRoom: () => this.#haveRoom(),
    });
    const { credentials } = deps;
    const { connectTimeoutMs: timeoutMs } = settings;
    this.#renewal = LazyRenewal.of({ channel, credentials, timeoutMs, signal: this.#stopping.signal });
    this.#deliveries = new Deliveries({
      settings,
      resumption,
      onReset,
      fail: (error) => {
        this.#failure = error;
        this.close();
      },
    });
    const { answerFunctions: functions } = deps;
    this.#sending = deps.sending?.({ channel, functions, limit, report });
    this.on = Object.fromEntries(
      channel.operations
        .filter(({ action }) => action === 'send')
        .flatMap((operation) => applicationMessages(channel, operation))
        .map((name) => [name, (handler) => this.#deliveries.on(name, handler)]),
    );
    Object.assign(this, this.#sending?.members);
    deps.signal?.addEventListener('abort', () => this.close(), { signal: this.#stopping.signal });
    if (deps.signal?.aborted) this.close();
    logStatus(this.#status, settings.log);
    this.closed = this.#run();
    this.closed.catch(() => {});
  }

  get status(): ObservableStatus {
    return this.#status;
  }

  get opened(): Promise<void> {
    return this.#status.opened;
  }

  messages(options?: LoopOptions): MessageLoop {
    const closed = async () => {
      await this.#deps.resumption?.saved();
      await this.closed;
    };
    return new MessageLoop(this.#deliveries.consumers, closed, options);
  }

  reconnect(): void {
    this.#keeper.reconnect('the application asked for another connection');
  }

  close(): void {
    this.#stopping.abort();
    this.#exchanges?.inbox.clear();
    this.#deliveries.close();
    this.#endSending();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed.catch(() => {});
  }

  async #run(): Promise<ClientClosed> {
    // Callbacks may use the client, so the application must have it first.
    await Promise.resolve();
    void this.#deliveries.run();
    const answered = this.#exchanges?.run();
    const { error: lost, ...closed } = await this.#keeper.run();
    const error = lost ?? this.#failure;
    this.#endSending();
    for (const inbox of this.#inboxes) inbox.end();
    // A handler that has closed the client may be waiting for `closed`.
    await Promise.race([Promise.all([this.#deliveries.handled(), answered]), aborted(this.#stopping.signal)]);
    this.#stopping.abort();
    await this.#deps.resumption?.saved();
    if (error !== null) this.#report(error);
    this.#status.set({ state: 'closed', ...closed, error });
    if (error !== null) throw error;
    return closed;
  }

  #opened(connection: ClientConnection): void {
    this.#sending?.opened(connection);
    this.#renewal?.opened(connection);
  }

  #connectionEnded(ended: Ending): Ending {
    const ending = this.#renewal?.ended(ended) ?? ended;
    // A server that gives up a client which does not read cannot tell it so.
    const wasCutOff =
      ending.kind === 'closed' && ending.code === 1006 && performance.now() < this.#slowUntilMs;
    const wasClosed = ending.kind === 'closed' && ending.code === closeCodes.slowConsumer.code;
    if (wasCutOff || wasClosed) this.#reportSlow();
    this.#isSlowReported = false;
    this.#slowUntilMs = 0;
    this.#sending?.lost(connectionLost(ending));
    return ending;
  }

  #endSending(): void {
    this.#sending?.end(new PostedClientError('closed', 'The client ended before the reply arrived.'));
  }

  #receive(frame: Frame, connection: ClientConnection): void {
    if (this.#renewal?.receive(frame) === true || this.#exchanges?.settleError(frame) === true) return;
    const incoming = decodeMessage(this.#deps.channel, frame);
    const { resumption } = this.#deps;
    let isFull: boolean;
    if ('name' in incoming) isFull = this.#route(incoming, connection);
    else if ('unknown' in incoming && resumption !== null) {
      isFull = this.#deliveries.put(resumption.readUnknown(incoming));
    } else isFull = this.#deliveries.put({ incoming, cursor: null, acks: null });
    if (isFull) this.#slowDown(connection);
  }

  /** Passes a message to its consumer. Returns whether the consumer's inbox is full now. */
  #route(received: NamedMessage, connection: ClientConnection): boolean {
    const isExchangeFull = this.#exchanges?.take(received, connection);
    if (isExchangeFull !== undefined) return isExchangeFull;
    const { resumption } = this.#deps;
    if (resumption === null) return this.#deliveries.put({ incoming: received, cursor: null, acks: null });
    const delivery = resumption.read(received, (ack) => sendAck(connection, ack));
    const { heartbeatMs } = resumption;
    if (received.name === resumption.names.ready && heartbeatMs !== null)
      connection.expectHeartbeat(heartbeatMs);
    return delivery !== null && this.#deliveries.put(delivery);
  }

  #slowDown(connection: ClientConnection): void {
    if (!connection.pause()) {
      this.#reportSlow();
      connection.close(closeCodes.slowConsumer.code, 'the client cannot keep up');
      return;
    }
    this.#slowUntilMs = Number.POSITIVE_INFINITY;
    void this.#haveRoom().then(() => {
      this.#slowUntilMs = performance.now() + unnoticedMs;
      connection.resume();
    });
  }

  /** At most once for each connection. A connection that is resumed misses nothing. */
  #reportSlow(): void {
    if (this.#isSlowReported || this.#deps.resumption !== null) return;
    this.#isSlowReported = true;
    this.#report(new PostedClientError('slow_consumer', tooSlow));
  }

  /** Resolves when no inbox is full. */
  async #haveRoom(): Promise<void> {
    while (this.#inboxes.some(({ isFull }) => isFull)) {
      for (const inbox of this.#inboxes) await inbox.hasRoom();
    }
  }

  get #exchanges(): Exchanges | undefined {
    return this.#sending?.exchanges;
  }

  get #inboxes(): readonly Inbox<object>[] {
    const { inbox } = this.#deliveries;
    return this.#exchanges === undefined ? [inbox] : [inbox, this.#exchanges.inbox];
  }

  #report(error: PostedClientError): void {
    this.#deps.settings.onError(error);
  }
}

function connectionLost(ending: Ending): PostedClientError {
  const details = ending.kind === 'closed' ? { closeCode: ending.code } : {};
  return new PostedClientError('closed', 'The connection was lost before the reply arrived.', details);
}
