import type { Connection, Log } from 'posted/server';
import { PostedError } from 'posted/server';
import type { FeedEvent } from '../store/event.ts';
import type { History, Store } from '../store/store.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { createDeviceCursors, type DeviceCursors } from './device-cursors.ts';
import { createLogReader } from './log-reader.ts';
import { RecentEvents, type RecentEventsLimits } from './recent-events.ts';
import {
  type ReplayOutcome,
  type ReplaySource,
  type ResetReason,
  Subscriber,
  type SubscriberChannel,
} from './subscriber.ts';
import type { SkipReason, Tail } from './tail.ts';

export interface DeliveryOptions {
  readonly store: Store;
  readonly log: Log;
  readonly observer: DeliveryObserver;
  /** How long a post may stay unacknowledged. */
  readonly ackTimeoutMs: number;
  /** How long a live connection may be quiet before it is sent a checkpoint. */
  readonly checkpointMs: number;
}

export interface DeliveryObserver {
  replayEnded(outcome: ReplayOutcome): void;
  resetSent(reason: ResetReason): void;
}

/** The current state of all resumable connections. */
export interface DeliveryStats {
  readonly resumable: number;
  readonly lagging: number;
  readonly unackedMessages: number;
}

/** Where a resumable connection starts, as determined at its handshake. */
export interface StartPosition {
  readonly user: string;
  readonly device: string | undefined;
  /** Everything after it is sent; null: everything from when the connection opens. */
  readonly seq: number | null;
  readonly reset: ResetReason | null;
}

type DeliveryTail = Pick<Tail, 'seq' | 'epoch' | 'refresh' | 'setSkipListener'>;

const recentLimits: RecentEventsLimits = { maxEvents: 16_384, maxBytes: 33_554_432, maxAgeMs: 10_000 };
const maxConcurrentReads = 4;
const tickMs = 1000;

/**
 * Serves resumable connections: determines where they start, stores what their devices acknowledge, and
 * keeps the newest events in memory for their replays.
 */
export class Delivery<State> {
  readonly #options: DeliveryOptions;
  readonly #tail: DeliveryTail;
  readonly #devices: DeviceCursors;
  readonly #source: ReplaySource;
  readonly #subscribers = new Set<Subscriber<State>>();
  readonly #ticker: NodeJS.Timeout;
  readonly #formerEpochs = new Set<string>();
  #recent: RecentEvents;
  #epoch: string;
  #floorSeq: number;
  #beforeSkip: () => Promise<void> = async () => {};
  /** Cached, because many clients acknowledge the same cursor one after another. */
  #lastAck: { readonly text: string; readonly cursor: Cursor | null } = { text: '', cursor: null };

  /** `tail` must pass all further events to `add`. */
  constructor(options: DeliveryOptions, { floorSeq }: Pick<History, 'floorSeq'>, tail: DeliveryTail) {
    const { store, log, observer } = options;
    this.#options = options;
    this.#floorSeq = floorSeq;
    this.#epoch = tail.epoch;
    this.#tail = tail;
    this.#recent = new RecentEvents(recentLimits, tail.seq);
    tail.setSkipListener({
      beforeSkip: () => this.#beforeSkip(),
      skipped: (reason) => this.#resetAll(reason),
    });
    const reader = createLogReader(store, maxConcurrentReads);
    this.#devices = createDeviceCursors({ store, log });
    this.#source = {
      tailSeq: () => this.#tail.seq,
      recentAfter: (afterSeq) => this.#recent.after(afterSeq),
      readLog: (afterSeq) => reader.read(afterSeq),
      observer,
    };
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#ticker.unref();
  }

  encodeCursor(seq: number): string {
    return encodeCursor({ epoch: this.#epoch, seq });
  }

  /** Keeps an event for replays. Must be called before the hub applies it. */
  add(event: FeedEvent): void {
    this.#recent.add(event);
  }

  /** `prepare` is called before the tail skips events. Afterwards, all subscribers are sent a reset. */
  beforeSkip(prepare: () => Promise<void>): void {
    this.#beforeSkip = prepare;
  }

  /** This node has changed a post, or deleted it (null). Other nodes notice when they read the log. */
  revise(postId: string, text: string | null): void {
    this.#recent.revise(postId, text);
  }

  /**
   * Resolves once the tail has applied everything that was in the log at the time of the call. A connection
   * that starts then gets no earlier posts, which its client may have seen on a node that was further ahead.
   *
   * @throws PostedError `unavailable` if the log cannot be read
   */
  refresh(): Promise<void> {
    return this.#tail.refresh();
  }

  /**
   * Determines where a connection starts: `since` is `now`, `acked`, or a cursor. A position that is no
   * longer in the log becomes a reset, never a partial replay.
   *
   * @throws PostedError `invalid_request` if `since` is none of these, `unavailable` if the log cannot be read
   */
  async findStart(user: string, since: string, device: string | undefined): Promise<StartPosition> {
    const now = { user, device, seq: null, reset: null };
    if (since === 'now') {
      await this.refresh();
      return now;
    }
    if (since === 'acked') {
      const acked = device === undefined ? null : await this.#devices.find(user, device);
      if (acked !== null) return await this.#checkStart({ ...now, seq: acked });
      await this.refresh();
      return now;
    }
    const cursor = decodeCursor(since);
    if (cursor === null) throw new PostedError('invalid_request', '`since` is not a valid cursor');
    // Another node may have seen a new history first.
    if (cursor.epoch !== this.#epoch) await this.#tail.refresh();
    if (cursor.epoch !== this.#epoch) return { ...now, reset: 'epoch' };
    return await this.#checkStart({ ...now, seq: cursor.seq });
  }

  /** Starts to serve an open connection. The caller must unsubscribe it when it is closed. */
  subscribe(
    connection: Connection<unknown, State>,
    { user, device, seq, reset }: StartPosition,
    channel: SubscriberChannel<State>,
  ): Subscriber<State> {
    const startSeq = seq ?? this.#tail.seq;
    const subscriber = new Subscriber(connection, channel, this.#source);
    this.#subscribers.add(subscriber);
    // The cursor of a device is not moved by a reset: if the client misses it, it is sent another.
    if (seq === null && reset === null && device !== undefined) this.#devices.save(user, device, startSeq);
    subscriber.start({ seq: startSeq, reset, resumed: seq !== null });
    return subscriber;
  }

  unsubscribe(subscriber: Subscriber<State>): void {
    this.#subscribers.delete(subscriber);
    subscriber.end();
  }

  /** @throws PostedError `invalid_request` for a cursor that the connection never received */
  acknowledge(subscriber: Subscriber<State>, { user, device }: StartPosition, text: string): void {
    if (this.#lastAck.text !== text) this.#lastAck = { text, cursor: decodeCursor(text) };
    const { cursor } = this.#lastAck;
    // It was on its way when the history changed: the client has been sent a reset.
    if (cursor !== null && this.#formerEpochs.has(cursor.epoch)) return;
    if (cursor?.epoch !== this.#epoch) {
      throw new PostedError('invalid_request', 'the cursor is not from this log');
    }
    subscriber.acknowledge(cursor.seq);
    if (device !== undefined) this.#devices.save(user, device, cursor.seq);
  }

  /** Removes events older than `beforeMs` from the log. */
  async prune(beforeMs: number): Promise<void> {
    this.#floorSeq = await this.#options.store.prune(beforeMs);
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

  async #checkStart(start: StartPosition & { readonly seq: number }): Promise<StartPosition> {
    if (start.seq < this.#floorSeq) return { ...start, seq: null, reset: 'expired' };
    // A node that is further ahead may have issued the cursor.
    if (start.seq > this.#tail.seq) await this.#tail.refresh();
    return start.seq > this.#tail.seq ? { ...start, seq: null, reset: 'future' } : start;
  }

  #resetAll(reason: SkipReason): void {
    if (reason === 'epoch') {
      this.#formerEpochs.add(this.#epoch);
      this.#epoch = this.#tail.epoch;
      this.#floorSeq = 0;
    }
    this.#recent = new RecentEvents(recentLimits, this.#tail.seq);
    for (const subscriber of this.#subscribers) subscriber.reset(reason);
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#recent.tick(nowMs);
    for (const subscriber of this.#subscribers) subscriber.tick(nowMs, this.#options);
  }
}
