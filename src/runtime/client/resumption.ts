import type { ResumeDescriptor } from '../shared/descriptor.ts';
import { readPath } from '../shared/identify-message.ts';
import { Acks } from './acks.ts';
import { PostedClientError } from './client-error.ts';
import type { CursorKeeper } from './cursor-keeper.ts';
import type { InvalidMessage, Received, UnknownMessage } from './messages.ts';
import type { Frame } from './socket.ts';

/** What waits for the application, and the cursor that is processed when the application is done with it. */
export interface Delivery {
  readonly incoming: Received | UnknownMessage | InvalidMessage;
  /** Null where the message has none, or none that can be trusted. */
  readonly cursor: string | null;
  /** Of the connection that it came on. */
  readonly acks: Acks | null;
}

export interface ResumptionDeps {
  readonly names: ResumeDescriptor;
  readonly encodeAck: (cursor: string) => Frame;
  /** Where to begin without a cursor: `now`, `acked`, or a cursor. */
  readonly since: string;
  readonly isCursor: (text: string) => boolean;
  readonly keeper: CursorKeeper;
  readonly report: (error: PostedClientError) => void;
}

/**
 * Where a client is in the log. There are two places. A new connection begins after the newest
 * message that was received, so that what still waits for the application is not sent again. Saved
 * and acknowledged is only what the application is done with, so that a crash loses nothing.
 */
export class Resumption {
  readonly names: ResumeDescriptor;
  readonly #deps: ResumptionDeps;
  #isLoaded = false;
  #received: string | null = null;
  #processed: string | null = null;
  /** Null until the server has said that the connection is resumable. */
  #acks: Acks | null = null;
  /** Where the connection began, as the server says. */
  #begun: string | null = null;
  #byeMs: number | null = null;
  /** What the application has, in the order of arrival: several loops may be done in another. */
  readonly #inHand: { readonly delivery: Delivery; isDone: boolean }[] = [];

  constructor(deps: ResumptionDeps) {
    this.names = deps.names;
    this.#deps = deps;
  }

  /** Finds out where to begin, the first time. The error, which is returned, is `cursor_store`. */
  async load(limitMs: number, signal: AbortSignal): Promise<PostedClientError | null> {
    if (this.#isLoaded) return null;
    const { keeper, since, isCursor, report } = this.#deps;
    const loaded = await keeper.load(limitMs, signal);
    if (loaded instanceof PostedClientError) return loaded;
    this.#isLoaded = true;
    if (loaded !== null && !isCursor(loaded)) {
      // The server would refuse it each time, and the client would never get in again.
      const message = `What was kept is no cursor. The client begins with "${since}"; messages may be missing.`;
      report(new PostedClientError('cursor_store', message));
    }
    const place = [loaded, since].find((candidate) => candidate !== null && isCursor(candidate)) ?? null;
    this.#received = place;
    this.#processed = place;
    return null;
  }

  /** The URL of the next connection. */
  begin(url: URL): URL {
    const { since } = this.#deps;
    const resumed = new URL(url);
    resumed.searchParams.set(this.names.query, this.#received ?? since);
    return resumed;
  }

  /** Takes what concerns the client alone, and returns null; the rest is to be delivered in its order. */
  read(received: Received, send: (ack: Frame) => void): Delivery | null {
    const { names } = this;
    const message = received.message as Readonly<Record<string, unknown>>;
    if (received.name === names.bye) {
      this.#byeMs = Number(message.retryAfterMs) || 0;
      return null;
    }
    const value = message[names.cursor];
    const cursor = typeof value === 'string' ? value : null;
    if (received.name === names.ready) {
      this.#acks?.stop();
      this.#acks = new Acks((place) => send(this.#deps.encodeAck(place)), Number(message.window) || 0);
      this.#begun = cursor;
      if (cursor !== null) this.#ready(cursor, this.#acks);
      return null;
    }
    // What is acknowledged is gone for good: not before the application has heard of the reset.
    if (received.name === names.reset) this.#acks?.stop();
    return this.#deliver(received, cursor);
  }

  /** A message of an unknown type has a cursor where it has a valid one in the contract's place for it. */
  readUnknown(message: UnknownMessage): Delivery {
    const value = readPath(message.unknown, [this.names.cursor]);
    return this.#deliver(message, typeof value === 'string' && this.#deps.isCursor(value) ? value : null);
  }

  /** The application gets it; the function that is returned says that it is done. */
  handOver(delivery: Delivery): () => void {
    const entry = { delivery, isDone: false };
    this.#inHand.push(entry);
    return () => {
      entry.isDone = true;
      while (this.#inHand[0]?.isDone === true) this.#settle(this.#inHand.shift()?.delivery);
    };
  }

  /** The last word before the connection is closed in order. */
  closing(): void {
    this.#acks?.flush();
    this.#acks = null;
  }

  /** The connection has ended. Returns after what time the server asked to come back; null: it did not. */
  ended(): number | null {
    const byeMs = this.#byeMs;
    this.#byeMs = null;
    this.#acks?.stop();
    this.#acks = null;
    return byeMs;
  }

  /** Resolves when the place is saved, or the time for it is up. */
  saved(): Promise<void> {
    return this.#deps.keeper.saved();
  }

  /**
   * A client that has a place keeps it: if the connection begins elsewhere, a reset follows, and the
   * application must hear of it first.
   */
  #ready(cursor: string, acks: Acks): void {
    const isFirst = this.#received === null;
    if (isFirst) {
      this.#received = cursor;
      // With `acked` a reset may follow here too, and the server keeps the place.
      if (this.#deps.since === 'now') this.#moveTo(cursor);
    }
    if (isFirst || this.#processed === cursor) acks.acknowledge(cursor);
  }

  #deliver(incoming: Received | UnknownMessage, cursor: string | null): Delivery {
    this.#received = cursor ?? this.#received;
    return { incoming, cursor, acks: this.#acks };
  }

  #settle(delivery: Delivery | undefined): void {
    if (delivery === undefined || delivery.cursor === null) return;
    const { cursor, acks } = delivery;
    this.#moveTo(cursor);
    // A server closes on a cursor that it never sent, and after a reset it no longer knows the old ones.
    if (acks === this.#acks || cursor === this.#begun) this.#acks?.acknowledge(cursor);
  }

  #moveTo(cursor: string): void {
    this.#processed = cursor;
    this.#deps.keeper.save(cursor);
  }
}
