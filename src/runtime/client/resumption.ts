import type { ResumeDescriptor } from '../shared/descriptor.ts';
import { readPath } from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import { ClientInstance } from './client-instance.ts';
import type { CursorKeeper } from './cursor-keeper.ts';
import type { InvalidMessage, NamedMessage, UnknownMessage } from './message-codec.ts';
import type { Frame } from './platform.ts';

/** A message queued for the application, and the cursor that counts as processed once it is handled. */
export interface Delivery {
  readonly incoming: NamedMessage | UnknownMessage | InvalidMessage;
  /** Null if the message has no cursor, or none that can be trusted. */
  readonly cursor: string | null;
  /** Those of the connection that the message arrived on. */
  readonly acks: Acks | null;
}

export interface ResumptionDeps {
  readonly names: ResumeDescriptor;
  readonly encodeAck: (cursor: string) => Frame;
  /** Where to start without a cursor: `now`, `acked`, or a cursor. */
  readonly since: string;
  readonly isCursor: (text: string) => boolean;
  /** How many messages the server may send before they are acknowledged. */
  readonly window: number;
  readonly keeper: CursorKeeper;
  readonly report: (error: PostedClientError) => void;
}

/**
 * A client's two cursors. A new connection starts after the newest message offered to the application: messages
 * that are still queued are dropped and sent again, since the server would wait for the first ack of its own
 * messages until all of them are processed. A message is saved and acknowledged only once the application has
 * processed it, so that a crash loses nothing.
 */
export class Resumption {
  readonly names: ResumeDescriptor;
  readonly #deps: ResumptionDeps;
  readonly #instance = new ClientInstance();
  #isLoaded = false;
  #offered: string | null = null;
  #processed: string | null = null;
  /** Null until the server has declared the connection resumable. */
  #acks: Acks | null = null;
  /** The cursor at which the server started the connection. */
  #start: string | null = null;
  #byeMs: number | null = null;
  #heartbeatMs: number | null = null;

  constructor(deps: ResumptionDeps) {
    this.names = deps.names;
    this.#deps = deps;
  }

  /** Loads the cursor before the first connection. Returns the error `cursor_store` if that fails. */
  async load(timeoutMs: number, signal: AbortSignal): Promise<PostedClientError | null> {
    if (this.#isLoaded) return null;
    const { keeper, since, isCursor, report } = this.#deps;
    const loaded = await keeper.load(timeoutMs, signal);
    if (loaded instanceof PostedClientError) return loaded;
    this.#isLoaded = true;
    if (loaded !== null && !isCursor(loaded)) {
      // The server would refuse it on every attempt, and the client could never connect again.
      const message = `The saved cursor is not valid. The client starts with "${since}"; messages may be missing.`;
      report(new PostedClientError('cursor_store', message));
    }
    const cursor = [loaded, since].find((candidate) => candidate !== null && isCursor(candidate)) ?? null;
    this.#offered = cursor;
    this.#processed = cursor;
    return null;
  }

  /** The URL of the next attempt. It states the client's window, and so asks for a heartbeat, and claims its device. */
  resumeUrl(url: URL): URL {
    const { window } = this.names;
    const instance = this.#instanceParameter(url);
    const resumed = this.#startUrl(url);
    const { searchParams } = resumed;
    if (window !== undefined && !searchParams.has(window))
      searchParams.set(window, String(this.#deps.window));
    if (instance !== undefined && !searchParams.has(instance))
      searchParams.set(instance, this.#instance.next());
    return resumed;
  }

  /**
   * The same without the window and the claim, which a server of an earlier version refuses. Null if `resumeUrl` states
   * neither.
   */
  earlierUrl(url: URL): URL | null {
    const later = [this.names.window, this.#instanceParameter(url)].filter((name) => name !== undefined);
    if (later.length === 0) return null;
    const resumed = this.#startUrl(url);
    for (const name of later) resumed.searchParams.delete(name);
    return resumed;
  }

  /** The URL of a connection that only shows whether WebSockets can be opened: it takes the device from nobody. */
  probeUrl(url: URL): URL {
    const probed = new URL(url);
    probed.searchParams.set(this.names.query, 'now');
    for (const name of [this.names.device, this.names.instance])
      if (name !== undefined) probed.searchParams.delete(name);
    return probed;
  }

  /** The heartbeat that the server has promised on this connection, or null. */
  get heartbeatMs(): number | null {
    return this.#heartbeatMs;
  }

  /** Handles a message that concerns only the client and returns null; other messages are to be delivered in order. */
  read(received: NamedMessage, send: (ack: Frame) => void): Delivery | null {
    const { names } = this;
    const message = received.message as Readonly<Record<string, unknown>>;
    if (received.name === names.bye) {
      this.#byeMs = Number(message.retryAfterMs) || 0;
      return null;
    }
    if (received.name === names.alive) return null;
    const value = message[names.cursor];
    const cursor = typeof value === 'string' ? value : null;
    if (received.name === names.ready) {
      this.#acks?.stop();
      this.#acks = new Acks((newest) => send(this.#deps.encodeAck(newest)), Number(message.window) || 0);
      this.#start = cursor;
      this.#heartbeatMs = Number(message.heartbeatMs) || null;
      if (cursor !== null) this.#ready(cursor, this.#acks, message.resumed === true);
      return null;
    }
    // The server forgets what is acknowledged, so the application must learn of the reset first.
    if (received.name === names.reset) this.#acks?.stop();
    return this.#deliver(received, cursor);
  }

  /** A message of an unknown type has a cursor if its cursor property is valid. */
  readUnknown(message: UnknownMessage): Delivery {
    const value = readPath(message.unknown, [this.names.cursor]);
    return this.#deliver(message, typeof value === 'string' && this.#deps.isCursor(value) ? value : null);
  }

  /** The application is about to get a message. */
  offered({ cursor }: Delivery): void {
    this.#offered = cursor ?? this.#offered;
  }

  /** The application has processed a message, and all that arrived before it. */
  processed({ cursor, acks }: Delivery): void {
    if (cursor === null) return;
    this.#moveTo(cursor);
    // A server closes the connection on a cursor that it never sent on it, and forgets old ones after a reset.
    if (acks === this.#acks || cursor === this.#start) this.#acks?.acknowledge(cursor);
  }

  /** Sends the last ack before the connection is closed normally. */
  closing(): void {
    this.#acks?.flush();
    this.#acks = null;
  }

  /** The connection has ended. Returns the server's requested delay before the next one; null without a request. */
  ended(): number | null {
    const byeMs = this.#byeMs;
    this.#byeMs = null;
    this.#heartbeatMs = null;
    this.#acks?.stop();
    this.#acks = null;
    return byeMs;
  }

  /** Resolves when the cursor is saved, or after the time limit. */
  saved(): Promise<void> {
    return this.#deps.keeper.saved();
  }

  /**
   * A client with a cursor keeps it: if the connection starts elsewhere, a reset follows, and the
   * application must learn of it first.
   */
  #ready(cursor: string, acks: Acks, isResumed: boolean): void {
    const isFirst = this.#offered === null;
    const isNow = this.#deps.since === 'now';
    if (isFirst) {
      // With `acked` a reset may follow here too, and the server keeps the cursor.
      if (isNow || isResumed) this.#offered = cursor;
      if (isNow) this.#moveTo(cursor);
    }
    if (isFirst || this.#processed === cursor) acks.acknowledge(cursor);
  }

  /** Undefined if the connection has no device to claim. */
  #instanceParameter({ searchParams }: URL): string | undefined {
    const { device, instance } = this.names;
    return device !== undefined && searchParams.has(device) ? instance : undefined;
  }

  #startUrl(url: URL): URL {
    const resumed = new URL(url);
    resumed.searchParams.set(this.names.query, this.#offered ?? this.#deps.since);
    return resumed;
  }

  #deliver(incoming: NamedMessage | UnknownMessage, cursor: string | null): Delivery {
    return { incoming, cursor, acks: this.#acks };
  }

  #moveTo(cursor: string): void {
    this.#processed = cursor;
    this.#deps.keeper.save(cursor);
  }
}

/** How long an ack may wait to be replaced by a newer one. */
const maxAckDelayMs = 250;

/**
 * The acks of one connection. They are cumulative, so only the newest is sent: after at most 250 ms, or
 * once a quarter of the server's window is processed, so that the window never fills up.
 */
export class Acks {
  readonly #send: (cursor: string) => void;
  readonly #maxPending: number;
  #newest: string | null = null;
  #pending = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (cursor: string) => void, window: number) {
    this.#send = send;
    this.#maxPending = Math.max(1, Math.floor(window / 4));
  }

  /** Everything up to `cursor`, which was received on this connection, is processed. */
  acknowledge(cursor: string): void {
    this.#newest = cursor;
    this.#pending += 1;
    if (this.#pending >= this.#maxPending) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), maxAckDelayMs);
  }

  /** Sends the pending ack now. */
  flush(): void {
    const cursor = this.#newest;
    this.stop();
    if (cursor !== null) this.#send(cursor);
  }

  /** Drops the pending ack. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#newest = null;
    this.#pending = 0;
  }
}
