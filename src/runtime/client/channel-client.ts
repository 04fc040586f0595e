import { closeCodes } from '../shared/close-codes.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { type ClientConnection, openConnection } from './client-connection.ts';
import { PostedClientError } from './client-error.ts';
import { ClientRequests, type RequestOptions } from './client-requests.ts';
import type { ResolvedSettings } from './client-settings.ts';
import type { ClientClosed, ClientStatus } from './client-status.ts';
import type { CredentialSource } from './credential-source.ts';
import { Deliveries, type MessageHandlers } from './deliveries.ts';
import { handshakeTarget } from './handshake-target.ts';
import { decodeMessage, encodeMessage, type NamedMessage } from './message-codec.ts';
import type { Frame, Platform } from './platform.ts';
import { type Failure, ReconnectPolicy } from './reconnect-policy.ts';
import type { Resumption } from './resumption.ts';
import { type ReplyHandlers, ServerRequests } from './server-requests.ts';
import { aborted, sleep } from './with-timeout.ts';

/** How much may be queued for sending on a connection. */
const maxSendBufferBytes = 1_048_576;

const tooSlow = 'The application is too slow. The client connects again; messages in between may be missing.';

interface ChannelClientDeps {
  readonly platform: Platform;
  readonly channel: ChannelDescriptor;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: there are no credentials to send. */
  readonly credentials: CredentialSource | null;
  /** Undefined: the messages are read with `for await`. */
  readonly handlers: MessageHandlers | undefined;
  readonly replyHandlers: ReplyHandlers | undefined;
  /** Null: connections cannot be resumed. */
  readonly resumption: Resumption | null;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  readonly settings: ResolvedSettings;
  readonly signal: AbortSignal | undefined;
}

/** The client of any channel, without the channel's types; see `Client` for its guarantees. */
export class ChannelClient {
  readonly closed: Promise<ClientClosed>;
  readonly #deps: ChannelClientDeps;
  readonly #reconnectPolicy: ReconnectPolicy;
  readonly #deliveries: Deliveries;
  readonly #serverRequests: ServerRequests;
  readonly #requests: ClientRequests;
  readonly #stopping = new AbortController();
  /** Null unless it is open. */
  #connection: ClientConnection | null = null;
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
    this.#deliveries = new Deliveries({
      handlers: deps.handlers,
      settings,
      resumption,
      onReset,
      fail: (error) => {
        this.#failure = error;
        this.close();
      },
    });
    this.#serverRequests = new ServerRequests({ channel, handlers: deps.replyHandlers, limit, report });
    this.#requests = new ClientRequests(channel);
    deps.signal?.addEventListener('abort', () => this.close(), { signal: this.#stopping.signal });
    if (deps.signal?.aborted) this.close();
    this.closed = this.#run();
    this.closed.catch(() => {});
  }

  send(name: string, message: unknown): void {
    this.#send(encodeMessage(this.#deps.channel, name, message));
  }

  request(operation: string, message: unknown, options: RequestOptions = {}): Promise<unknown> {
    return this.#requests.request(operation, message, options, (frame) => this.#send(frame));
  }

  close(): void {
    this.#stopping.abort();
    for (const { inbox } of this.#consumers) inbox.clear();
    this.#requests.end(new PostedClientError('closed', 'The client was closed before the reply arrived.'));
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    if (this.#deps.handlers === undefined) return this.#messages();
    throw new TypeError('A client with the option `on` cannot be read with `for await`.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed.catch(() => {});
  }

  async *#messages(): AsyncGenerator<unknown, void, undefined> {
    yield* this.#deliveries.read();
    await this.#deps.resumption?.saved();
    await this.closed;
  }

  async #run(): Promise<ClientClosed> {
    // Callbacks may use the client, so the application must have it first.
    await Promise.resolve();
    const consumed = Promise.all(this.#consumers.map((consumer) => consumer.run()));
    const { error, ...closed } = await this.#stayConnected();
    for (const { inbox } of this.#consumers) inbox.end();
    // A handler that has closed the client may be waiting for `closed`.
    await Promise.race([consumed, aborted(this.#stopping.signal)]);
    this.#stopping.abort();
    await this.#deps.resumption?.saved();
    if (error !== null) this.#report(error);
    this.#setStatus({ state: 'closed', ...closed, error });
    if (error !== null) throw error;
    return closed;
  }

  async #stayConnected(): Promise<ClientClosed & { readonly error: PostedClientError | null }> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#setStatus({ state: 'connecting' });
      const failure = await this.#connectOnce();
      if (signal.aborted) break;
      const decision = this.#reconnectPolicy.decide(failure, this.#deps.resumption?.ended());
      if (!decision.reconnect) {
        const { code, reason } = failure.kind === 'closed' ? failure : { code: 1006, reason: '' };
        const redacted = this.#deps.credentials?.redact(reason) ?? reason;
        return { code, reason: redacted, error: decision.error };
      }
      const { delayMs, attempt, error } = decision;
      this.#setStatus({ state: 'waiting', delayMs, attempt, error });
      await sleep(delayMs, signal);
      await this.#haveRoom();
    }
    return { code: closeCodes.normal.code, reason: '', error: this.#failure };
  }

  /** Resolves when the connection has ended or could not be opened. */
  async #connectOnce(): Promise<Failure> {
    const { platform, credentials, resumption, headers, settings } = this.#deps;
    const { signal } = this.#stopping;
    const loadError = (await resumption?.load(settings.connectTimeoutMs, signal)) ?? null;
    if (loadError !== null) return { kind: 'not tried', error: loadError };
    const placed = credentials === null ? [] : await credentials.next(settings.connectTimeoutMs, signal);
    if (placed instanceof PostedClientError) return { kind: 'not tried', error: placed };
    if (signal.aborted) return { kind: 'unreachable' };

    const url = resumption?.resumeUrl(this.#deps.url) ?? this.#deps.url;
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
    const ending = await connection.ended;
    signal.removeEventListener('abort', close);
    this.#connection = null;
    this.#requests.end(connectionLost(ending));
    return ending;
  }

  #opened(connection: ClientConnection): void {
    this.#connection = connection;
    this.#reconnectPolicy.opened();
    this.#setStatus({ state: 'open' });
  }

  #send(frame: Frame): void {
    if (this.#connection === null || this.#stopping.signal.aborted) {
      throw new PostedClientError('not_open', 'There is no connection.');
    }
    sendOn(this.#connection, frame);
  }

  #receive(frame: Frame, connection: ClientConnection): void {
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
      const send = (frame: Frame) => sendOn(connection, frame);
      return this.#serverRequests.inbox.put({ received, operation, send });
    }
    if (!isSentUnrequested(this.#deps.channel, received)) {
      const problem = `The server sent the reply ${received.name}, but no request was pending.`;
      this.#report(new PostedClientError('bad_frame', problem));
      return false;
    }
    const { resumption } = this.#deps;
    const delivery =
      resumption === null
        ? { incoming: received, cursor: null, acks: null }
        : resumption.read(received, (ack) => sendAck(ack, connection));
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
    while (this.#consumers.some(({ inbox }) => inbox.isFull)) {
      for (const { inbox } of this.#consumers) await inbox.hasRoom();
    }
  }

  get #consumers(): readonly [Deliveries, ServerRequests] {
    return [this.#deliveries, this.#serverRequests];
  }

  #setStatus(status: ClientStatus): void {
    this.#deps.settings.onStatus(status);
  }

  #report(error: PostedClientError): void {
    this.#deps.settings.onError(error);
  }
}

function sendOn(connection: ClientConnection, frame: Frame): void {
  if (connection.bufferedBytes + frame.length > maxSendBufferBytes) {
    throw new PostedClientError('send_buffer_full', 'The send buffer is full.');
  }
  connection.send(frame);
}

/** Skips the ack while the server does not read, since the next one covers it. */
function sendAck(ack: Frame, connection: ClientConnection): void {
  if (connection.bufferedBytes < maxSendBufferBytes) connection.send(ack);
}

/** Whether the server sends the message not only as a reply. */
function isSentUnrequested({ operations }: ChannelDescriptor, { name }: NamedMessage): boolean {
  return operations.some(({ action, messages }) => action === 'send' && messages.includes(name));
}

function connectionLost(ending: Failure): PostedClientError {
  const details = ending.kind === 'closed' ? { closeCode: ending.code } : {};
  return new PostedClientError('closed', 'The connection was lost before the reply arrived.', details);
}
