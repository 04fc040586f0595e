import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from 'posted/server';
import { LogLimit, PostedError } from 'posted/server';
import type { FeedEvent } from '../store/event.ts';
import type { History, Store } from '../store/store.ts';
import { TurnBudget } from './turn-budget.ts';

export interface TailOptions {
  readonly store: Pick<Store, 'eventsAfter' | 'headSeq' | 'history'>;
  readonly log: Log;
  /** Called once per event, strictly in seq order, without gaps except where the tail skips. Must not throw. */
  apply(event: FeedEvent): void;
  /** Whether this process offers every event, because no other can open the log. */
  readonly isSoleWriter?: boolean;
  /** How often the log is read even if nothing is offered. Default: 1000. */
  readonly pollIntervalMs?: number;
  /** How long an event may wait for missing earlier ones before they are read from the log. Default: 50. */
  readonly gapTimeoutMs?: number;
  /** The minimum time between refreshes; calls in between share the next one. Default: 5. */
  readonly refreshIntervalMs?: number;
}

/** Why the tail skips ahead: the next events were pruned, or the log has a new history. */
export type SkipReason = 'expired' | 'epoch';

/** Notified when events will never be applied. */
export interface SkipListener {
  /** Called before a skip, which waits for it. If it rejects, the skip is retried. */
  beforeSkip(): Promise<void>;
  /** Called when `seq` and `epoch` have changed. Must not throw. */
  skipped(reason: SkipReason): void;
}

const pageSize = 1000;
/** Events held until earlier ones arrive. More are dropped, which costs one read of the log. */
const maxOutOfOrder = 10_000;
/** How long events are applied before other work gets its turn: each may go to very many connections. */
const applyMs = 10;

/**
 * Follows the log. Events are offered by whoever knows them first, and may be missing, repeated or out of
 * order: gaps are detected by seq and filled from the log, the only source of truth. If the log itself has a
 * gap, because another node pruned events that this one had not read, the tail skips it and notifies its
 * listener.
 */
export class Tail {
  readonly #options: TailOptions;
  readonly #outOfOrder = new Map<number, FeedEvent>();
  readonly #budget = new TurnBudget(applyMs);
  readonly #pollTimer: NodeJS.Timeout;
  readonly #gapTimeoutMs: number;
  readonly #refreshIntervalMs: number;
  readonly #failures: LogLimit;
  #gapTimer: NodeJS.Timeout | null = null;
  #nextTurn: NodeJS.Immediate | null = null;
  #reading: Promise<boolean> | null = null;
  /** The read that will begin soon, for all callers of `refresh` until then. */
  #nextRefresh: Promise<void> | null = null;
  #refreshedMs = 0;
  #listener: SkipListener = { beforeSkip: async () => {}, skipped() {} };
  #seq: number;
  #epoch: string;
  /** Whether the next read also checks the epoch and the floor of the log. */
  #checksHistory = false;
  #isClosed = false;

  private constructor(options: TailOptions, seq: number, epoch: string) {
    this.#options = options;
    this.#seq = seq;
    this.#epoch = epoch;
    this.#gapTimeoutMs = options.gapTimeoutMs ?? 50;
    this.#refreshIntervalMs = options.refreshIntervalMs ?? 5;
    this.#failures = new LogLimit(options.log, { maxRecords: 1, windowMs: 60_000 });
    this.#pollTimer = setInterval(() => {
      this.#checksHistory = true;
      void this.catchUp();
    }, options.pollIntervalMs ?? 1000);
    this.#pollTimer.unref();
  }

  /** Starts after the newest event of the log. */
  static async start(options: TailOptions): Promise<Tail> {
    const { epoch } = await options.store.history();
    return new Tail(options, await options.store.headSeq(), epoch);
  }

  /** The seq of the last event that was applied or skipped. */
  get seq(): number {
    return this.#seq;
  }

  /** The epoch of the history that `seq` belongs to. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Sets the only listener, which is not notified of earlier skips. */
  setSkipListener(listener: SkipListener): void {
    this.#listener = listener;
  }

  /** Applies the event if it is the next one, or keeps it until then. */
  offer(event: FeedEvent): void {
    if (this.#isClosed || event.seq <= this.#seq) return;
    if (event.seq === this.#seq + 1 && !this.#budget.isSpent) {
      this.#apply(event);
      this.#applyInOrder();
      return;
    }
    if (this.#outOfOrder.size < maxOutOfOrder) this.#outOfOrder.set(event.seq, event);
    if (this.#outOfOrder.has(this.#seq + 1)) this.#applyInNextTurn();
    else this.#awaitGap();
  }

  #awaitGap(): void {
    this.#gapTimer ??= setTimeout(() => {
      this.#gapTimer = null;
      void this.catchUp();
    }, this.#gapTimeoutMs);
  }

  /** Reads the log to its end; failures are logged. Overlapping calls share one read. */
  async catchUp(): Promise<void> {
    await this.#readOnce();
  }

  /** Reads the log because of a hint that it has reached `seq`, which may be wrong. */
  async catchUpTo(seq: number): Promise<void> {
    // The first read may have begun before the event was appended; the second has not.
    for (let reads = 0; reads < 2 && this.#seq < seq; reads += 1) await this.catchUp();
  }

  /**
   * Reads everything that is in the log at the time of the call, and its history. However many clients
   * reconnect at the same time, it reads at most 200 times a second.
   *
   * @throws PostedError `unavailable` if the log cannot be read
   */
  refresh(): Promise<void> {
    if (this.#options.isSoleWriter) return this.applied();
    this.#nextRefresh ??= this.#refreshSoon();
    return this.#nextRefresh;
  }

  /** Resolves once all offered events are applied, except those that wait for earlier ones. */
  async applied(): Promise<void> {
    while (this.#nextTurn !== null) await this.#budget.renewed();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#pollTimer);
    if (this.#gapTimer !== null) clearTimeout(this.#gapTimer);
    if (this.#nextTurn !== null) clearImmediate(this.#nextTurn);
    await this.#reading;
  }

  async #refreshSoon(): Promise<void> {
    const waitMs = this.#refreshedMs + this.#refreshIntervalMs - performance.now();
    if (waitMs > 0) await wait(waitMs);
    // Joining a read in progress would extend it with each refresh, and all its callers would have to wait.
    await this.#reading;
    this.#nextRefresh = null;
    this.#refreshedMs = performance.now();
    this.#checksHistory = true;
    if (!(await this.#readOnce())) {
      throw new PostedError('unavailable', 'The log cannot be read right now. Try again later.', {
        retryAfterMs: 1000,
      });
    }
  }

  #readOnce(): Promise<boolean> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Resolves with whether it reached the end of the log. */
  async #read(): Promise<boolean> {
    const { store } = this.#options;
    try {
      while (!this.#isClosed) {
        const checksHistory = this.#checksHistory;
        this.#checksHistory = false;
        // In parallel: one message to the thread of the embedded store.
        const [events, history] = await Promise.all([
          store.eventsAfter(this.#seq, pageSize),
          checksHistory ? store.history() : null,
        ]);
        if (history !== null && (await this.#skipIfBehind(history))) continue;
        const [first] = events;
        if (first !== undefined && first.seq > this.#seq + 1) await this.#skip(first.seq - 1, 'expired');
        for (const event of events) {
          if (this.#budget.isSpent) await this.#budget.renewed();
          if (event.seq === this.#seq + 1) this.#apply(event);
        }
        this.#applyInOrder();
        if (events.length < pageSize && !this.#checksHistory) return true;
      }
    } catch (thrown) {
      // Nothing is lost: the next poll reads from the same seq.
      this.#failures.write('error', {}, { err: thrown, seq: this.#seq }, 'cannot read the log; trying again');
    } finally {
      // In the same turn as the last check of #checksHistory, so that nobody joins a read that has ended.
      this.#reading = null;
    }
    return false;
  }

  /** Detects what the events cannot show: a log that was pruned completely, and a new history. */
  async #skipIfBehind({ epoch, floorSeq }: History): Promise<boolean> {
    if (epoch !== this.#epoch) {
      await this.#skip(await this.#options.store.headSeq(), 'epoch', epoch);
      return true;
    }
    if (floorSeq <= this.#seq) return false;
    await this.#skip(floorSeq, 'expired');
    return true;
  }

  async #skip(seq: number, reason: SkipReason, epoch: string = this.#epoch): Promise<void> {
    await this.#listener.beforeSkip();
    // Events offered meanwhile may have advanced the tail.
    if (reason === 'expired' && seq <= this.#seq) return;
    this.#options.log.warn({ reason, fromSeq: this.#seq, toSeq: seq }, 'skipped events of the log');
    this.#seq = seq;
    this.#epoch = epoch;
    if (reason === 'epoch') this.#outOfOrder.clear();
    this.#listener.skipped(reason);
  }

  #apply(event: FeedEvent): void {
    this.#seq = event.seq;
    this.#budget.spend(() => this.#options.apply(event));
  }

  #applyInOrder(): void {
    if (this.#outOfOrder.size === 0) return;
    for (let next = this.#outOfOrder.get(this.#seq + 1); next !== undefined; ) {
      if (this.#budget.isSpent) {
        this.#applyInNextTurn();
        return;
      }
      this.#apply(next);
      next = this.#outOfOrder.get(this.#seq + 1);
    }
    for (const seq of this.#outOfOrder.keys()) {
      if (seq <= this.#seq) this.#outOfOrder.delete(seq);
    }
  }

  #applyInNextTurn(): void {
    this.#nextTurn ??= setImmediate(() => {
      this.#nextTurn = null;
      this.#applyInOrder();
    });
  }
}
