import { closeCodes } from '../contract/close-codes.ts';
import type { ChannelDescriptor } from '../contract/descriptor.ts';
import type { ClientClosed, ClientStatus } from './client.ts';
import { PostedClientError } from './client-error.ts';
import { type Connection, openConnection } from './connection.ts';
import { Inbox } from './inbox.ts';
import { decodeMessage, encodeMessage, type Received } from './messages.ts';
import type { ResolvedSettings } from './options.ts';
import type { Resumption } from './resumption.ts';
import { type Failure, Retry } from './retry.ts';
import type { Platform } from './socket.ts';
import type { TokenSource } from './token-source.ts';
import { aborted, sleep } from './wait.ts';

/** How much may wait to be sent on a connection. */
const maxSendBufferBytes = 1_048_576;

const tooSlow =
  'The application takes messages too slowly. The connection is closed and opened again; messages in between may be missing.';

const gone =
  'The server no longer has what this client has missed: messages are missing. The option onReset is told of it.';

/** By message name: what the application does with a message. */
export type MessageHandlers = Readonly<
  Record<string, ((message: unknown) => void | Promise<void>) | undefined>
>;

interface ChannelClientDeps {
  readonly platform: Platform;
  readonly channel: ChannelDescriptor;
  readonly url: URL;
  /** Null where the channel is open to everyone. */
  readonly tokens: TokenSource | null;
  /** Undefined: the messages are read by `for await`. */
  readonly handlers: MessageHandlers | undefined;
  /** Null: each connection stands for itself. */
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
  readonly #inbox: Inbox;
  readonly #stopping = new AbortController();
  /** Null unless it is open. */
  #connection: Connection | null = null;

  constructor(deps: ChannelClientDeps) {
    this.#deps = deps;
    this.#retry = new Retry({
      backoff: deps.settings.backoff,
      maxFirstAttempts: deps.platform.maxFirstAttempts,
      tokens: deps.tokens,
    });
    this.#inbox = new Inbox(deps.settings.maxWaitingMessages);
    deps.signal?.addEventListener('abort', () => this.close(), { signal: this.#stopping.signal });
    if (deps.signal?.aborted) this.close();
    this.closed = this.#run();
    this.closed.catch(() => {});
  }

  send(name: string, message: unknown): void {
    const text = encodeMessage(this.#deps.channel, name, message);
    if (this.#connection === null || this.#stopping.signal.aborted) {
      throw new PostedClientError('not_open', 'There is no connection.');
    }
    if (this.#connection.bufferedBytes + text.length > maxSendBufferBytes) {
      throw new PostedClientError('send_buffer_full', 'The connection takes no more for now.');
    }
    this.#connection.send(text);
  }

  close(): void {
    this.#stopping.abort();
    this.#inbox.clear();
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    if (this.#deps.handlers === undefined) return this.#messages();
    throw new TypeError('A client with handlers (option `on`) cannot be read by `for await`.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed.catch(() => {});
  }

  /** What is for the application, which is done with each when it asks for the next, or leaves. */
  async *#deliveries(): AsyncGenerator<Received, void, undefined> {
    const { resumption } = this.#deps;
    for await (const delivery of this.#inbox.take()) {
      const done = resumption?.handOver(delivery);
      try {
        if (delivery.name === resumption?.names.reset) await this.#reset(delivery.message);
        else if (delivery.name !== resumption?.names.checkpoint) yield delivery;
      } finally {
        done?.();
      }
    }
  }

  async #reset(message: unknown): Promise<void> {
    const { onReset } = this.#deps;
    if (onReset === undefined) {
      this.#report(new PostedClientError('reset', gone));
      return;
    }
    try {
      await onReset(message);
    } catch (cause) {
      this.#report(new PostedClientError('handler', 'The function onReset threw.', { cause }));
    }
  }

  async *#messages(): AsyncGenerator<unknown, void, undefined> {
    for await (const { message } of this.#deliveries()) yield message;
    await this.#deps.resumption?.saved();
    await this.closed;
  }

  async #run(): Promise<ClientClosed> {
    // Not before the application has got the client that its callbacks may use.
    await Promise.resolve();
    const handled = this.#handleMessages();
    const { error, ...closed } = await this.#stayConnected();
    this.#inbox.end();
    // A handler that has closed the client may be waiting for `closed`.
    await Promise.race([handled, aborted(this.#stopping.signal)]);
    this.#stopping.abort();
    await this.#deps.resumption?.saved();
    if (error !== null) this.#report(error);
    this.#tell({ state: 'closed', ...closed, error });
    if (error !== null) throw error;
    return closed;
  }

  async #handleMessages(): Promise<void> {
    const { handlers } = this.#deps;
    if (handlers === undefined) return;
    for await (const { name, message } of this.#deliveries()) {
      try {
        await handlers[name]?.(message);
      } catch (cause) {
        this.#report(new PostedClientError('handler', `The handler of ${name} threw.`, { cause }));
      }
    }
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
        return { code, reason, error: decision.error };
      }
      const { delayMs, attempt, error } = decision;
      this.#tell({ state: 'waiting', delayMs, attempt, error });
      await sleep(delayMs, signal);
      await this.#inbox.room();
    }
    return { code: closeCodes.normal.code, reason: '', error: null };
  }

  /** Resolves when the connection has ended, or could not be opened. */
  async #connectOnce(): Promise<Failure> {
    const { platform, tokens, resumption, settings } = this.#deps;
    const { signal } = this.#stopping;
    const notLoaded = (await resumption?.load(settings.connectTimeoutMs, signal)) ?? null;
    if (notLoaded !== null) return { kind: 'not tried', error: notLoaded };
    const token = tokens === null ? null : await tokens.next(settings.connectTimeoutMs, signal);
    if (token instanceof PostedClientError) return { kind: 'not tried', error: token };
    if (signal.aborted) return { kind: 'unreachable' };

    const url = resumption?.begin(this.#deps.url) ?? this.#deps.url;
    let connection: Connection;
    try {
      connection = openConnection(platform, { ...settings, url, token }, settings.connectTimeoutMs, {
        opened: () => this.#opened(connection),
        frame: (text) => this.#take(text, connection),
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
    return ending;
  }

  #opened(connection: Connection): void {
    this.#connection = connection;
    this.#retry.opened();
    this.#tell({ state: 'open' });
  }

  #take(frame: string | null, connection: Connection): void {
    const received = decodeMessage(this.#deps.channel, frame);
    if (received instanceof PostedClientError) {
      this.#report(received);
      return;
    }
    const { resumption } = this.#deps;
    const delivery =
      resumption === null
        ? { ...received, cursor: null, acks: null }
        : resumption.read(received, (ack) => this.#acknowledge(ack, connection));
    if (delivery === null || !this.#inbox.put(delivery)) return;
    if (connection.pause()) {
      void this.#inbox.room().then(() => connection.resume());
      return;
    }
    if (resumption === null) this.#report(new PostedClientError('slow_consumer', tooSlow));
    connection.close(closeCodes.slowConsumer.code, 'the client cannot keep up');
  }

  /** Left out where the server does not read: the next ack says it too. */
  #acknowledge(ack: string, connection: Connection): void {
    if (connection.bufferedBytes < maxSendBufferBytes) connection.send(ack);
  }

  #tell(status: ClientStatus): void {
    this.#deps.settings.onStatus(status);
  }

  #report(error: PostedClientError): void {
    this.#deps.settings.onError(error);
  }
}
