import type { Log } from 'posted/server';
import { PostedError } from 'posted/server';
import type { FeedEvent } from '../store/event.ts';
import type { History, Store } from '../store/store.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { createDeviceCursors, type DeviceCursors } from './device-cursors.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import { RecentEvents, type RecentLimits } from './recent.ts';
import {
  type Line,
  type ReplayOutcome,
  type ReplaySource,
  type ResetReason,
  ResumableSubscriber,
} from './resumable.ts';
import type { SkipReason, Tail } from './tail.ts';

export interface DeliveryOptions {
  readonly store: Store;
  readonly log: Log;
  readonly observer: DeliveryObserver;
  /** How long a post may stay unacknowledged. */
  readonly ackTimeoutMs: number;
  /** After how much quiet a live connection is sent a checkpoint. */
  readonly checkpointMs: number;
  readonly recent?: RecentLimits;
  /**
   * For how long an event is replayed from memory. After that its text is read from the log, because its
   * post may have been changed or deleted at another node. Default: 10,000.
   */
  readonly recentMs?: number;
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

type DeliveryTail = Pick<Tail, 'seq' | 'epoch' | 'refresh' | 'setSkipListener'>;

const defaultRecent: RecentLimits = { maxEvents: 16_384, maxBytes: 33_554_432 };
const defaultRecentMs = 10_000;
const defaultMaxReads = 4;
const tickMs = 1000;

/**
 * Everything about resumable connections that is not about one of them: cursors, acks over restarts,
 * the newest events in memory, and the clock.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #tail: DeliveryTail;
  readonly #reader: LogReader;
  readonly #devices: DeviceCursors;
  readonly #source: ReplaySource;
  readonly #subscribers = new Set<ResumableSubscriber>();
  readonly #ticker: NodeJS.Timeout;
  /** Of histories before this one. */
  readonly #oldEpochs = new Set<string>();
  /** At each tick, the newest event of that moment. */
  readonly #marks: { readonly seq: number; readonly atMs: number }[] = [];
  #recent: RecentEvents;
  #epoch: string;
  #floorSeq: number;
  #prepareCut: () => Promise<void> = async () => {};
  /** Many clients acknowledge the same place, one after the other. */
  #lastAck: { readonly text: string; readonly cursor: Cursor | null } = { text: '', cursor: null };

  /** `tail` applies its events to this delivery from the next one on. */
  constructor(options: DeliveryOptions, { floorSeq }: Pick<History, 'floorSeq'>, tail: DeliveryTail) {
    const { store, log, maxReads = defaultMaxReads } = options;
    this.#options = options;
    this.#floorSeq = floorSeq;
    this.#epoch = tail.epoch;
    this.#tail = tail;
    this.#recent = this.#startRecent();
    tail.setSkipListener({ beforeSkip: () => this.#prepareCut(), skipped: (reason) => this.#cut(reason) });
    this.#reader = createLogReader(store, maxReads);
    this.#devices = createDeviceCursors({ store, log });
    this.#source = {
      tailSeq: () => this.#tail.seq,
      recentAfter: (afterSeq) => this.#recentAfter(afterSeq),
      readLog: (afterSeq) => this.#reader.read(afterSeq),
      observer: options.observer,
    };
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#ticker.unref();
  }

  cursorOf(seq: number): string {
    return encodeCursor({ epoch: this.#epoch, seq });
  }

  /** To be told of every event before the hub is. */
  apply(event: FeedEvent): void {
    this.#recent.add(event);
  }

  /** `prepare` is called before the tail leaves events out; afterwards everybody is told by a reset. */
  beforeCut(prepare: () => Promise<void>): void {
    this.#prepareCut = prepare;
  }

  /** A post was changed, or deleted (null), at this node. Others learn of it from the log. */
  revise(postId: string, text: string | null): void {
    this.#recent.revise(postId, text);
  }

  /**
   * Resolves when all is applied that was in the log at the call. A connection that begins then is given
   * nothing from before, which its client may have seen at a node that was further.
   *
   * @throws PostedError `unavailable` where the log cannot be read
   */
  reachNow(): Promise<void> {
    return this.#tail.refresh();
  }

  /**
   * Finds where a connection begins: `now`, `acked`, or a cursor. What is no longer there becomes a
   * reset, never a partial replay.
   *
   * @throws PostedError `invalid_request` for a text that is none of these, `unavailable` where the log
   *   cannot be read
   */
  async begin(user: string, since: string, device: string | undefined): Promise<Begin> {
    const now = { user, device, seq: null, reset: null };
    if (since === 'now') {
      await this.reachNow();
      return now;
    }
    if (since === 'acked') {
      const acked = device === undefined ? null : await this.#devices.find(user, device);
      if (acked !== null) return await this.#check({ ...now, seq: acked });
      await this.reachNow();
      return now;
    }
    const cursor = decodeCursor(since);
    if (cursor === null) throw new PostedError('invalid_request', 'the query /since is no cursor');
    // Another node may have learnt of a new history first.
    if (cursor.epoch !== this.#epoch) await this.#tail.refresh();
    if (cursor.epoch !== this.#epoch) return { ...now, reset: 'epoch' };
    return await this.#check({ ...now, seq: cursor.seq });
  }

  /** Starts to serve a connection that is open. Whoever holds the subscriber ends it. */
  start(line: Line, begin: Begin): ResumableSubscriber {
    const seq = begin.seq ?? this.#tail.seq;
    const subscriber = new ResumableSubscriber(line, this.#source);
    this.#subscribers.add(subscriber);
    const { user, device, reset } = begin;
    // After a reset the place stays: a client that ends before it has heard of that is told again.
    if (begin.seq === null && reset === null && device !== undefined) this.#devices.save(user, device, seq);
    subscriber.start({ seq, reset, resumed: begin.seq !== null });
    return subscriber;
  }

  end(subscriber: ResumableSubscriber): void {
    this.#subscribers.delete(subscriber);
    subscriber.end();
  }

  /** @throws PostedError `invalid_request` for a cursor that the connection was never sent */
  acknowledge(subscriber: ResumableSubscriber, { user, device }: Begin, text: string): void {
    if (this.#lastAck.text !== text) this.#lastAck = { text, cursor: decodeCursor(text) };
    const { cursor } = this.#lastAck;
    // On its way when the history changed: the client has been sent a reset.
    if (cursor !== null && this.#oldEpochs.has(cursor.epoch)) return;
    if (cursor?.epoch !== this.#epoch) {
      throw new PostedError('invalid_request', '/cursor is none of this server');
    }
    subscriber.acknowledge(cursor.seq);
    if (device !== undefined) this.#devices.save(user, device, cursor.seq);
  }

  /** Removes what is older than `beforeMs` from the log. */
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

  async #check(begin: Begin & { readonly seq: number }): Promise<Begin> {
    if (begin.seq < this.#floorSeq) return { ...begin, seq: null, reset: 'expired' };
    // Another node may have given out a cursor that this one has not come to yet.
    if (begin.seq > this.#tail.seq) await this.#tail.refresh();
    return begin.seq > this.#tail.seq ? { ...begin, seq: null, reset: 'future' } : begin;
  }

  #cut(reason: SkipReason): void {
    if (reason === 'epoch') {
      this.#oldEpochs.add(this.#epoch);
      this.#epoch = this.#tail.epoch;
      this.#floorSeq = 0;
    }
    this.#recent = this.#startRecent();
    this.#marks.length = 0;
    for (const subscriber of this.#subscribers) subscriber.cut(reason);
  }

  #startRecent(): RecentEvents {
    return new RecentEvents(this.#options.recent ?? defaultRecent, this.#tail.seq);
  }

  #recentAfter(afterSeq: number): Iterable<FeedEvent> | null {
    this.#forgetOld(performance.now());
    return this.#recent.after(afterSeq);
  }

  #forgetOld(nowMs: number): void {
    const { recentMs = defaultRecentMs } = this.#options;
    for (let mark = this.#marks[0]; mark !== undefined && mark.atMs <= nowMs - recentMs; ) {
      this.#recent.dropUpTo(mark.seq);
      this.#marks.shift();
      mark = this.#marks[0];
    }
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#forgetOld(nowMs);
    this.#marks.push({ seq: this.#recent.seq, atMs: nowMs });
    for (const subscriber of this.#subscribers) subscriber.tick(nowMs, this.#options);
  }
}
