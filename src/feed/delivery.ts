import { PostedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FeedEvent } from '../store/event.ts';
import type { History, Store } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { createDeviceCursors, type DeviceCursors } from './device-cursors.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import { RecentEvents, type RecentLimits } from './recent.ts';
import { type Line, type ReplayOutcome, type ResetReason, ResumableSubscriber } from './resumable.ts';
import type { Tail } from './tail.ts';

export interface DeliveryOptions {
  readonly store: Store;
  readonly log: Log;
  readonly observer: DeliveryObserver;
  /** How long a post may stay unacknowledged. */
  readonly ackTimeoutMs: number;
  /** After how much quiet a live connection is sent a checkpoint. */
  readonly checkpointMs: number;
  readonly recent?: RecentLimits;
  /** Reads of the log that may be at work for replays at a time. */
  readonly maxReads?: number;
}

/** What the delivery tells whoever counts. */
export interface DeliveryObserver {
  replayEnded(outcome: ReplayOutcome): void;
  resetSent(reason: ResetReason): void;
}

/** What is going on now, over all resumable connections. */
export interface DeliveryStats {
  readonly resumable: number;
  readonly lagging: number;
  readonly unackedMessages: number;
}

/** Where a resumable connection is to begin, as its handshake found it. */
export interface Begin {
  readonly user: string;
  readonly device: string | undefined;
  /** Everything above it is to be sent; null: what comes from the opening on. */
  readonly seq: number | null;
  readonly reset: ResetReason | null;
}

const defaultRecent: RecentLimits = { maxEvents: 16_384, maxBytes: 33_554_432 };
const defaultMaxReads = 4;
const tickMs = 1000;

/**
 * Everything about resumable connections that is not about one of them: cursors, acks over restarts,
 * the newest events in memory, and the clock.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #tail: Pick<Tail, 'seq' | 'catchUp'>;
  readonly #recent: RecentEvents;
  readonly #reader: LogReader;
  readonly #devices: DeviceCursors;
  readonly #subscribers = new Set<ResumableSubscriber>();
  readonly #ticker: NodeJS.Timeout;
  #history: History;

  /** `tail` applies its events to this delivery from the next one on. */
  constructor(options: DeliveryOptions, history: History, tail: Pick<Tail, 'seq' | 'catchUp'>) {
    const { store, log, recent = defaultRecent, maxReads = defaultMaxReads } = options;
    this.#options = options;
    this.#history = history;
    this.#tail = tail;
    this.#recent = new RecentEvents(recent, tail.seq);
    this.#reader = createLogReader(store, maxReads);
    this.#devices = createDeviceCursors({ store, log });
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#ticker.unref();
  }

  cursorOf(seq: number): string {
    return encodeCursor({ epoch: this.#history.epoch, seq });
  }

  /** To be told of every event before the hub is. */
  apply(event: FeedEvent): void {
    this.#recent.add(event);
  }

  /** A post was changed, or deleted (null). */
  revise(postId: string, text: string | null): void {
    this.#recent.revise(postId, text);
  }

  /**
   * Finds where a connection begins: `now`, `acked`, or a cursor. What is no longer there becomes a
   * reset, never a partial replay.
   *
   * @throws PostedError `invalid_request` for a text that is none of these
   */
  async begin(user: string, since: string, device: string | undefined): Promise<Begin> {
    const now = { user, device, seq: null, reset: null };
    if (since === 'now') return now;
    if (since === 'acked') {
      const acked = device === undefined ? null : await this.#devices.find(user, device);
      return acked === null ? now : await this.#check({ ...now, seq: acked });
    }
    const cursor = decodeCursor(since);
    if (cursor === null) throw new PostedError('invalid_request', 'the query /since is no cursor');
    if (cursor.epoch !== this.#history.epoch) return { ...now, reset: 'epoch' };
    return await this.#check({ ...now, seq: cursor.seq });
  }

  /** Starts to serve a connection that is open. Whoever holds the subscriber ends it. */
  start(line: Line, canSee: (author: string, seq: number) => boolean, begin: Begin): ResumableSubscriber {
    const seq = begin.seq ?? this.#tail.seq;
    const subscriber = new ResumableSubscriber({
      line,
      canSee,
      tailSeq: () => this.#tail.seq,
      recentAfter: (afterSeq) => this.#recent.after(afterSeq),
      readLog: (afterSeq) => this.#reader.read(afterSeq),
      observer: this.#options.observer,
    });
    this.#subscribers.add(subscriber);
    if (begin.seq === null && begin.device !== undefined) this.#devices.save(begin.user, begin.device, seq);
    subscriber.start({ seq, reset: begin.reset, resumed: begin.seq !== null });
    return subscriber;
  }

  end(subscriber: ResumableSubscriber): void {
    this.#subscribers.delete(subscriber);
    subscriber.end();
  }

  /** @throws PostedError `invalid_request` for a cursor that the connection was never sent */
  acknowledge(subscriber: ResumableSubscriber, { user, device }: Begin, text: string): void {
    const cursor = decodeCursor(text);
    if (cursor?.epoch !== this.#history.epoch) {
      throw new PostedError('invalid_request', '/cursor is none of this server');
    }
    subscriber.acknowledge(cursor.seq);
    if (device !== undefined) this.#devices.save(user, device, cursor.seq);
  }

  /** Removes what is older than `beforeMs` from the log. */
  async prune(beforeMs: number): Promise<void> {
    const floorSeq = await this.#options.store.prune(beforeMs);
    this.#history = { ...this.#history, floorSeq };
  }

  /** Tells every client to come back after a time of its own, at most `spreadMs`. */
  sayBye(spreadMs: number): void {
    for (const subscriber of this.#subscribers) subscriber.sayBye(Math.floor(Math.random() * spreadMs));
  }

  stats(): DeliveryStats {
    const all = [...this.#subscribers];
    return {
      resumable: all.length,
      lagging: all.filter(({ isLagging }) => isLagging).length,
      unackedMessages: all.reduce((sum, { unackedCount }) => sum + unackedCount, 0),
    };
  }

  /** Stores the acks that are not stored yet. */
  async close(): Promise<void> {
    clearInterval(this.#ticker);
    await this.#devices.close();
  }

  async #check(begin: Begin & { readonly seq: number }): Promise<Begin> {
    if (begin.seq < this.#history.floorSeq) return { ...begin, seq: null, reset: 'expired' };
    // Another node may have given out a cursor that this one has not come to yet.
    if (begin.seq > this.#tail.seq) await this.#tail.catchUp();
    return begin.seq > this.#tail.seq ? { ...begin, seq: null, reset: 'future' } : begin;
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const subscriber of this.#subscribers) subscriber.tick(nowMs, this.#options);
  }
}
