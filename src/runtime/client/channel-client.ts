import { closeCodes } from '../shared/close-codes.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { type AnswerHandlers, Answers } from './answers.ts';
import type { ClientClosed, ClientStatus } from './client.ts';
import { PostedClientError } from './client-error.ts';
import { type Connection, openConnection } from './connection.ts';
import type { CredentialSource } from './credential-source.ts';
import { Deliveries, type MessageHandlers } from './deliveries.ts';
import { handshakeTarget } from './handshake-target.ts';
import { decodeMessage, encodeMessage, type Received } from './messages.ts';
import { type RequestOptions, Requests } from './requests.ts';
import type { Resumption } from './resumption.ts';
import { type Failure, Retry } from './retry.ts';
import type { ResolvedSettings } from './settings.ts';
import type { Frame, Platform } from './socket.ts';
import { aborted, sleep } from './wait.ts';

/** How much may wait to be sent on a connection. */
const maxSendBufferBytes = 1_048_576;

const tooSlow =
  'The application takes messages too slowly. The connection is closed and opened again; messages in between may be missing.';

interface ChannelClientDeps {
  readonly platform: Platform;
  readonly channel: ChannelDescriptor;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Null where nothing is sent. */
  readonly credentials: CredentialSource | null;
  /** Undefined: the messages are read by `for await`. */
  readonly handlers: MessageHandlers | undefined;
  readonly answerHandlers: AnswerHandlers | undefined;
  /** Null: connections cannot be resumed. */
  readonly resumption: Resumption | null;
  readonly onReset: ((message: unknown) => void | Promise<void>) | undefined;
  readonly settings: ResolvedSettings;
  readonly signal: AbortSignal | undefined;
}

/** The client of any channel; `Client` is the face of it that knows the channel's types. */
export class ChannelClient {
  readonly closed: Promise<ClientClosed>;
  readonly #deps: ChannelClientDeps;
  readonly #retry: Retry;
  readonly #deliveries: Deliveries;
  readonly #answers: Answers;
  readonly #requests: Requests;
  readonly #stopping = new AbortController();
  /** Null unless it is open. */
  #connection: Connection | null = null;
  /** The error with which the application has ended the client. */
  #failure: PostedClientError | null = null;

  constructor(deps: ChannelClientDeps) {
    this.#deps = deps;
    const { channel, settings, resumption, onReset } = deps;
    const { onError: report, maxWaitingMessages: limit } = settings;
    this.#retry = new Retry({
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
    this.#answers = new Answers({ channel, handlers: deps.answerHandlers, limit, report });
    this.#requests = new Requests(channel);
    deps.signal?.addEventListener('abort', () => this.close(), { signal: this.#stopping.signal });
    if (deps.signal?.aborted) this.close();
    this.closed = this.#run();
    this.closed.catch(() => {});
  }

  send(name: string, message: unknown): void {
    this.#send(encodeMessage(this.#deps.channel, name, message));
  }

  request(operation: string, message: unknown, options: RequestOptions = {}): Promise<unknown> {
    return this.#requests.ask(operation, message, options, (frame) => this.#send(frame));
  }

  close(): void {
    this.#stopping.abort();
    for (const { inbox } of this.#takers) inbox.clear();
    this.#requests.end(new PostedClientError('closed', 'The client was closed before the answer came.'));
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    if (this.#deps.handlers === undefined) return this.#messages();
    throw new TypeError('A client with handlers (option `on`) cannot be read by `for await`.');
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
    // Not before the application has got the client that its callbacks may use.
    await Promise.resolve();
    const handled = Promise.all(this.#takers.map((taker) => taker.run()));
    const { error, ...closed } = await this.#stayConnected();
    for (const { inbox } of this.#takers) inbox.end();
    // A handler that has closed the client may be waiting for `closed`.
    await Promise.race([handled, aborted(this.#stopping.signal)]);
    this.#stopping.abort();
    await this.#deps.resumption?.saved();
    if (error !== null) this.#report(error);
    this.#tell({ state: 'closed', ...closed, error });
    if (error !== null) throw error;
    return closed;
  }

  async #stayConnected(): Promise<ClientClosed & { readonly error: PostedClientError | null }> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#tell({ state: 'connecting' });
      const failure = await this.#connectOnce();
      if (signal.aborted) break;
      const decision = this.#retry.after(failure, this.#deps.resumption?.ended());
      if (!decision.again) {
        const { code, reason } = failure.kind === 'closed' ? failure : { code: 1006, reason: '' };
        const shown = this.#deps.credentials?.withoutSecrets(reason) ?? reason;
        return { code, reason: shown, error: decision.error };
      }
      const { delayMs, attempt, error } = decision;
      this.#tell({ state: 'waiting', delayMs, attempt, error });
      await sleep(delayMs, signal);
      await this.#room();
    }
    return { code: closeCodes.normal.code, reason: '', error: this.#failure };
  }

  /** Resolves when the connection has ended, or could not be opened. */
  async #connectOnce(): Promise<Failure> {
    const { platform, credentials, resumption, headers, settings } = this.#deps;
    const { signal } = this.#stopping;
    const notLoaded = (await resumption?.load(settings.connectTimeoutMs, signal)) ?? null;
    if (notLoaded !== null) return { kind: 'not tried', error: notLoaded };
    const placed = credentials === null ? [] : await credentials.next(settings.connectTimeoutMs, signal);
    if (placed instanceof PostedClientError) return { kind: 'not tried', error: placed };
    if (signal.aborted) return { kind: 'unreachable' };

    const url = resumption?.begin(this.#deps.url) ?? this.#deps.url;
    const target = { ...settings, ...handshakeTarget(url, headers, placed) };
    let connection: Connection;
    try {
      connection = openConnection(platform, target, settings.connectTimeoutMs, {
        opened: () => this.#opened(connection),
        frame: (frame) => this.#take(frame, connection),
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
    this.#requests.end(unanswered(ending));
    return ending;
  }

  #opened(connection: Connection): void {
    this.#connection = connection;
    this.#retry.opened();
    this.#tell({ state: 'open' });
  }

  #send(frame: Frame): void {
    if (this.#connection === null || this.#stopping.signal.aborted) {
      throw new PostedClientError('not_open', 'There is no connection.');
    }
    sendOn(this.#connection, frame);
  }

  #take(frame: Frame, connection: Connection): void {
    const incoming = decodeMessage(this.#deps.channel, frame);
    const { resumption } = this.#deps;
    let isFull: boolean;
    if ('name' in incoming) isFull = this.#isFilledBy(incoming, connection);
    else if ('unknown' in incoming && resumption !== null) {
      isFull = this.#deliveries.put(resumption.readUnknown(incoming));
    } else isFull = this.#deliveries.put({ incoming, cursor: null, acks: null });
    if (isFull) this.#slowDown(connection);
  }

  /** Whether the inbox that gets the message is full now. */
  #isFilledBy(received: Received, connection: Connection): boolean {
    if (this.#requests.settle(received)) return false;
    const operation = this.#answers.operationOf(received);
    if (operation !== undefined) {
      const send = (frame: Frame) => sendOn(connection, frame);
      return this.#answers.inbox.put({ received, operation, send });
    }
    if (!isSent(this.#deps.channel, received)) {
      const what = `A message ${received.name} came, which is an answer, but no request was pending.`;
      this.#report(new PostedClientError('bad_frame', what));
      return false;
    }
    const { resumption } = this.#deps;
    const delivery =
      resumption === null
        ? { incoming: received, cursor: null, acks: null }
        : resumption.read(received, (ack) => acknowledge(ack, connection));
    return delivery !== null && this.#deliveries.put(delivery);
  }

  #slowDown(connection: Connection): void {
    if (connection.pause()) {
      void this.#room().then(() => connection.resume());
      return;
    }
    if (this.#deps.resumption === null) this.#report(new PostedClientError('slow_consumer', tooSlow));
    connection.close(closeCodes.slowConsumer.code, 'the client cannot keep up');
  }

  /** Resolves when no inbox is full. */
  async #room(): Promise<void> {
    while (this.#takers.some(({ inbox }) => inbox.isFull)) {
      for (const { inbox } of this.#takers) await inbox.room();
    }
  }

  get #takers(): readonly [Deliveries, Answers] {
    return [this.#deliveries, this.#answers];
  }

  #tell(status: ClientStatus): void {
    this.#deps.settings.onStatus(status);
  }

  #report(error: PostedClientError): void {
    this.#deps.settings.onError(error);
  }
}

function sendOn(connection: Connection, frame: Frame): void {
  if (connection.bufferedBytes + frame.length > maxSendBufferBytes) {
    throw new PostedClientError('send_buffer_full', 'The connection takes no more for now.');
  }
  connection.send(frame);
}

/** Left out where the server does not read: the next ack says it too. */
function acknowledge(ack: Frame, connection: Connection): void {
  if (connection.bufferedBytes < maxSendBufferBytes) connection.send(ack);
}

/** Whether the server sends the message also where it is no answer. */
function isSent({ operations }: ChannelDescriptor, { name }: Received): boolean {
  return operations.some(({ action, messages }) => action === 'send' && messages.includes(name));
}

function unanswered(ending: Failure): PostedClientError {
  const details = ending.kind === 'closed' ? { closeCode: ending.code } : {};
  return new PostedClientError('closed', 'The connection was lost before the answer came.', details);
}
