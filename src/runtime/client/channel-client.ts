import { closeCodes } from '../shared/close-codes.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { type ClientConnection, openConnection } from './client-connection.ts';
import { PostedClientError } from './client-error.ts';
import { applicationMessages, createOperations } from './client-operations.ts';
import { ClientRequests } from './client-requests.ts';
import type { ResolvedSettings } from './client-settings.ts';
import { type ClientClosed, type ObservableStatus, StatusSource } from './client-status.ts';
import type { CredentialSource } from './credential-source.ts';
import { Deliveries, type Stop } from './deliveries.ts';
import { handshakeTarget } from './handshake-target.ts';
import { decodeMessage, type NamedMessage } from './message-codec.ts';
import { type LoopOptions, MessageLoop } from './message-loop.ts';
import type { PlacedCredential } from './placed-credential.ts';
import type { Frame, Platform } from './platform.ts';
import { type Failure, ReconnectPolicy } from './reconnect-policy.ts';
import { Renewal } from './renewal.ts';
import type { Resumption } from './resumption.ts';
import { SendQueue, sendAck } from './send-queue.ts';
import { type AnswerFunctions, ServerRequests } from './server-requests.ts';
import { aborted, sleep } from './with-timeout.ts';

const tooSlow = 'The application is too slow. The client connects again; messages in between may be missing.';

interface ChannelClientDeps {
  readonly platform: Platform;
  readonly channel: ChannelDescriptor;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: there are no credentials to send. */
  readonly credentials: CredentialSource | null;
  readonly answerFunctions: AnswerFunctions | undefined;
  /** Null: connections cannot be resumed. */
  readonly resumption: Resumption | null;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  readonly settings: ResolvedSettings;
  readonly signal: AbortSignal | undefined;
}

type On = Readonly<Record<string, (handler: (message: unknown) => unknown) => Stop>>;

/** The client of any channel, without the channel's types; see `ClientBase` for its guarantees. */
export class ChannelClient {
  readonly on: On;
  readonly closed: Promise<ClientClosed>;
  readonly #deps: ChannelClientDeps;
  readonly #reconnectPolicy: ReconnectPolicy;
  readonly #renewal: Renewal | null;
  readonly #deliveries: Deliveries;
  readonly #serverRequests: ServerRequests;
  readonly #requests: ClientRequests;
  readonly #queue = new SendQueue();
  readonly #status = new StatusSource();
  readonly #stopping = new AbortController();
  /** The error with which the application has ended the client. */
  #failure: PostedClientError | null = null;

  constructor(deps: ChannelClientDeps) {
    this.#deps = deps;
    const { channel, settings, resumption, onReset } = deps;
    const { onError: report, maxWaitingMessages: limit } = settings;
    this.#reconnectPolicy = new ReconnectPolicy({
      backoff: settings.backoff,
      maxFirstAttempts: deps.platform.maxFirstAttempts,
      credentials: deps.credentials,
    });
    const { credentials } = deps;
    const { connectTimeoutMs: timeoutMs } = settings;
    this.#renewal = Renewal.of({ channel, credentials, timeoutMs, signal: this.#stopping.signal });
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
    this.#serverRequests = new ServerRequests({ channel, functions, limit, report });
    this.#requests = new ClientRequests(channel, this.#queue);
    this.on = Object.fromEntries(
      channel.operations
        .filter(({ action }) => action === 'send')
        .flatMap((operation) => applicationMessages(channel, operation))
        .map((name) => [name, (handler) => this.#deliveries.on(name, handler)]),
    );
    Object.assign(this, createOperations({ channel, queue: this.#queue, requests: this.#requests, report }));
    deps.signal?.addEventListener('abort', () => this.close(), { signal: this.#stopping.signal });
    if (deps.signal?.aborted) this.close();
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

  close(): void {
    this.#stopping.abort();
    this.#serverRequests.inbox.clear();
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
    const answered = this.#serverRequests.run();
    const { error, ...closed } = await this.#stayConnected();
    this.#endSending();
    for (const { inbox } of this.#receivers) inbox.end();
    // A handler that has closed the client may be waiting for `closed`.
    await Promise.race([Promise.all([this.#deliveries.handled(), answered]), aborted(this.#stopping.signal)]);
    this.#stopping.abort();
    await this.#deps.resumption?.saved();
    if (error !== null) this.#report(error);
    this.#status.set({ state: 'closed', ...closed, error });
    if (error !== null) throw error;
    return closed;
  }

  async #stayConnected(): Promise<ClientClosed & { readonly error: PostedClientError | null }> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#status.set({ state: 'connecting' });
      const failure = await this.#connectOnce();
      if (signal.aborted) break;
      const decision = this.#reconnectPolicy.decide(failure, this.#deps.resumption?.ended());
      if (!decision.reconnect) {
        const { code, reason } = failure.kind === 'closed' ? failure : { code: 1006, reason: '' };
        const redacted = this.#deps.credentials?.redact(reason) ?? reason;
        return { code, reason: redacted, error: decision.error };
      }
      const { delayMs, attempt, error } = decision;
      this.#status.set({ state: 'waiting', delayMs, attempt, error });
      await this.#waitForAttempt(delayMs);
      await this.#haveRoom();
    }
    return { code: closeCodes.normal.code, reason: '', error: this.#failure };
  }

  /** Waits for the delay, or until the network is available again. */
  async #waitForAttempt(delayMs: number): Promise<void> {
    const online = new AbortController();
    const stop = this.#deps.platform.onOnline?.(() => online.abort());
    await sleep(delayMs, AbortSignal.any([this.#stopping.signal, online.signal]));
    stop?.();
  }

  /** Resolves when the connection has ended or could not be opened. */
  async #connectOnce(): Promise<Failure> {
    const { credentials, resumption, settings } = this.#deps;
    const { signal } = this.#stopping;
    const loadError = (await resumption?.load(settings.connectTimeoutMs, signal)) ?? null;
    if (loadError !== null) return { kind: 'not tried', error: loadError };
    const placed = credentials === null ? [] : await credentials.next(settings.connectTimeoutMs, signal);
    if (placed instanceof PostedClientError) return { kind: 'not tried', error: placed };
    if (signal.aborted) return { kind: 'unreachable' };

    const { url } = this.#deps;
    const failure = await this.#open(placed, resumption?.resumeUrl(url) ?? url);
    if (failure.kind !== 'refused' || failure.status !== 400 || signal.aborted) return failure;
    const earlierUrl = resumption?.earlierUrl(url) ?? null;
    return earlierUrl === null ? failure : await this.#open(placed, earlierUrl);
  }

  async #open(placed: readonly PlacedCredential[], url: URL): Promise<Failure> {
    const { platform, resumption, headers, settings } = this.#deps;
    const { signal } = this.#stopping;
    const target = { ...settings, ...handshakeTarget(url, headers, placed) };
    let connection: ClientConnection;
    try {
      connection = openConnection(platform, target, settings.connectTimeoutMs, {
        opened: () => this.#opened(connection),
        frame: (frame) => this.#receive(frame, connection),
      });
    } catch (cause) {
      return { kind: 'unreachable', cause };
    }
    const close = () => {
      resumption?.closing();
      connection.close(closeCodes.normal.code, '');
    };
    signal.addEventListener('abort', close);
    const ended = await connection.ended;
    const ending = this.#renewal?.ended(ended) ?? ended;
    signal.removeEventListener('abort', close);
    this.#queue.lost();
    this.#requests.end(connectionLost(ending));
    return ending;
  }

  #opened(connection: ClientConnection): void {
    this.#reconnectPolicy.opened();
    this.#queue.opened(connection);
    this.#renewal?.opened(connection);
    this.#status.set({ state: 'open' });
  }

  /** Nothing can be sent any more, and no replies can arrive. */
  #endSending(): void {
    const error = new PostedClientError('closed', 'The client ended before the reply arrived.');
    this.#queue.end(error);
    this.#requests.end(error);
  }

  #receive(frame: Frame, connection: ClientConnection): void {
    if (this.#renewal?.receive(frame) === true || this.#requests.settleError(frame)) return;
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
    if (this.#requests.settle(received)) return false;
    const operation = this.#serverRequests.operationOf(received);
    if (operation !== undefined) {
      const send = (frame: Frame) => this.#queue.sendOn(connection, frame);
      return this.#serverRequests.inbox.put({ received, operation, send });
    }
    if (!isSentUnrequested(this.#deps.channel, received)) {
      const problem = `The server sent the reply ${received.name}, but no request was pending.`;
      this.#report(new PostedClientError('bad_frame', problem));
      return false;
    }
    const { resumption } = this.#deps;
    if (resumption === null) return this.#deliveries.put({ incoming: received, cursor: null, acks: null });
    const delivery = resumption.read(received, (ack) => sendAck(connection, ack));
    const { heartbeatMs } = resumption;
    if (received.name === resumption.names.ready && heartbeatMs !== null)
      connection.expectHeartbeat(heartbeatMs);
    return delivery !== null && this.#deliveries.put(delivery);
  }

  #slowDown(connection: ClientConnection): void {
    if (connection.pause()) {
      void this.#haveRoom().then(() => connection.resume());
      return;
    }
    if (this.#deps.resumption === null) this.#report(new PostedClientError('slow_consumer', tooSlow));
    connection.close(closeCodes.slowConsumer.code, 'the client cannot keep up');
  }

  /** Resolves when no inbox is full. */
  async #haveRoom(): Promise<void> {
    while (this.#receivers.some(({ inbox }) => inbox.isFull)) {
      for (const { inbox } of this.#receivers) await inbox.hasRoom();
    }
  }

  get #receivers(): readonly [Deliveries, ServerRequests] {
    return [this.#deliveries, this.#serverRequests];
  }

  #report(error: PostedClientError): void {
    this.#deps.settings.onError(error);
  }
}

/** Whether the server sends the message not only as a reply. */
function isSentUnrequested({ operations }: ChannelDescriptor, { name }: NamedMessage): boolean {
  return operations.some(({ action, messages }) => action === 'send' && messages.includes(name));
}

function connectionLost(ending: Failure): PostedClientError {
  const details = ending.kind === 'closed' ? { closeCode: ending.code } : {};
  return new PostedClientError('closed', 'The connection was lost before the reply arrived.', details);
}
