import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from 'posted/server';
import { PostedError } from 'posted/server';
import type { FeedEvent } from '../store/event.ts';
import type { History, Store } from '../store/store.ts';
import { createRareError } from './rare-error.ts';
import { TurnBudget } from './turn-budget.ts';

export interface TailOptions {
  readonly store: Pick<Store, 'eventsAfter' | 'headSeq' | 'history'>;
  readonly log: Log;
  /** Called with every event once, strictly in the order of seq, without a hole but at a cut. Must not throw. */
  apply(event: FeedEvent): void;
  /** Whether everything that is appended is offered by this process, as where nobody else can open the log. */
  readonly isAlone?: boolean;
  /** How often the log is read when nothing is offered. */
  readonly tickMs?: number;
  /** How long an event that came too early waits for those before it until the log is read. */
  readonly holeMs?: number;
  /** What asks for a refresh sooner after the last one waits, and shares the next with all that ask until then. */
  readonly refreshGapMs?: number;
}

/** Why the tail goes on elsewhere in the log: what comes next was removed, or there is another history. */
export type CutReason = 'expired' | 'epoch';

/** Who must know that events will never be applied. */
export interface CutListener {
  /** Called first, while the tail stands still. If it rejects, the cut is tried again. */
  prepareCut(): Promise<void>;
  /** The tail stands where it goes on. Must not throw. */
  cut(reason: CutReason): void;
}

const pageSize = 1000;
/** Events that came too early and are held. More are dropped, which costs one read of the log. */
const maxEarly = 10_000;
/** For how long events are applied before other work has its turn: each may go to very many connections. */
const applyMs = 10;

/**
 * Follows the log. Events are offered from whichever side knows them first and may be missing,
 * repeated or out of order: each hole is seen by its seq and filled from the log, which alone is true.
 * Where the log itself has a hole, because another node has removed what this one had not read, the
 * tail goes on behind it and tells of the cut.
 */
export class Tail {
  readonly #options: TailOptions;
  readonly #early = new Map<number, FeedEvent>();
  readonly #budget = new TurnBudget(applyMs);
  readonly #ticker: NodeJS.Timeout;
  readonly #holeMs: number;
  readonly #refreshGapMs: number;
  readonly #logFailure: (fields: Readonly<Record<string, unknown>>) => void;
  #holeTimer: NodeJS.Timeout | null = null;
  #nextTurn: NodeJS.Immediate | null = null;
  #reading: Promise<boolean> | null = null;
  /** The read that is about to begin for all that wait for it. */
  #nextRefresh: Promise<void> | null = null;
  #refreshedMs = 0;
  #listener: CutListener = { prepareCut: async () => {}, cut() {} };
  #seq: number;
  #epoch: string;
  /** Whether the next read is to ask which history this is, and where its log begins. */
  #isHistoryDue = false;
  #isClosed = false;

  private constructor(options: TailOptions, seq: number, epoch: string) {
    this.#options = options;
    this.#seq = seq;
    this.#epoch = epoch;
    this.#holeMs = options.holeMs ?? 50;
    this.#refreshGapMs = options.refreshGapMs ?? 5;
    this.#logFailure = createRareError(options.log, 'the log could not be read');
    this.#ticker = setInterval(() => {
      this.#isHistoryDue = true;
      void this.catchUp();
    }, options.tickMs ?? 1000);
    this.#ticker.unref();
  }

  /** Starts behind the newest event of the log. */
  static async start(options: TailOptions): Promise<Tail> {
    const { epoch } = await options.store.history();
    return new Tail(options, await options.store.headSeq(), epoch);
  }

  /** The seq of the last event that was applied, or that was cut off. */
  get seq(): number {
    return this.#seq;
  }

  /** Of the history that `seq` is of. */
  get epoch(): string {
    return this.#epoch;
  }

  /** There is one listener; it does not hear of earlier cuts. */
  listen(listener: CutListener): void {
    this.#listener = listener;
  }

  offer(event: FeedEvent): void {
    if (this.#isClosed || event.seq <= this.#seq) return;
    if (event.seq === this.#seq + 1 && !this.#budget.isSpent) {
      this.#apply(event);
      this.#applyEarly();
      return;
    }
    if (this.#early.size < maxEarly) this.#early.set(event.seq, event);
    if (this.#early.has(this.#seq + 1)) this.#applyInNextTurn();
    else this.#awaitHole();
  }

  #awaitHole(): void {
    this.#holeTimer ??= setTimeout(() => {
      this.#holeTimer = null;
      void this.catchUp();
    }, this.#holeMs);
  }

  /** Reads the log up to its end, if it can be read. Calls that overlap share one read. */
  async catchUp(): Promise<void> {
    await this.#readOnce();
  }

  /**
   * Reads all that is in the log at the moment of the call, and which history it is. However many call,
   * as all clients of a node do at once when they come back, it reads two hundred times a second at most.
   *
   * @throws PostedError `unavailable` when the log could not be read
   */
  refresh(): Promise<void> {
    if (this.#options.isAlone) return this.applied();
    this.#nextRefresh ??= this.#refreshSoon();
    return this.#nextRefresh;
  }

  /** Resolves once everything that was offered is applied, but for what waits for events before it. */
  async applied(): Promise<void> {
    while (this.#nextTurn !== null) await this.#budget.renewed();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    if (this.#holeTimer !== null) clearTimeout(this.#holeTimer);
    if (this.#nextTurn !== null) clearImmediate(this.#nextTurn);
    await this.#reading;
  }

  async #refreshSoon(): Promise<void> {
    const waitMs = this.#refreshedMs + this.#refreshGapMs - performance.now();
    if (waitMs > 0) await wait(waitMs);
    // A read that is under way would begin again for each refresh, and those that share it would wait for all.
    await this.#reading;
    this.#nextRefresh = null;
    this.#refreshedMs = performance.now();
    this.#isHistoryDue = true;
    if (!(await this.#readOnce())) {
      throw new PostedError('unavailable', 'The log cannot be read now. Try again later.', {
        retryAfterSeconds: 1,
      });
    }
  }

  #readOnce(): Promise<boolean> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Resolves with whether the end of the log was reached. */
  async #read(): Promise<boolean> {
    const { store } = this.#options;
    try {
      while (!this.#isClosed) {
        const isHistoryDue = this.#isHistoryDue;
        this.#isHistoryDue = false;
        // Asked together, which the embedded store is in one message to its thread.
        const [events, history] = await Promise.all([
          store.eventsAfter(this.#seq, pageSize),
          isHistoryDue ? store.history() : null,
        ]);
        if (history !== null && (await this.#isCutBy(history))) continue;
        const [first] = events;
        if (first !== undefined && first.seq > this.#seq + 1) await this.#cut(first.seq - 1, 'expired');
        for (const event of events) {
          if (this.#budget.isSpent) await this.#budget.renewed();
          if (event.seq === this.#seq + 1) this.#apply(event);
        }
        this.#applyEarly();
        if (events.length < pageSize && !this.#isHistoryDue) return true;
      }
    } catch (thrown) {
      // Nothing is lost by it: the next tick reads from the same seq.
      this.#logFailure({ err: thrown, seq: this.#seq });
    } finally {
      // In the same turn as the last look at what is due, so that nobody shares a read that has ended.
      this.#reading = null;
    }
    return false;
  }

  /** A log of which everything was removed has no event to see a hole by, and another history has other events. */
  async #isCutBy({ epoch, floorSeq }: History): Promise<boolean> {
    if (epoch !== this.#epoch) {
      await this.#cut(await this.#options.store.headSeq(), 'epoch', epoch);
      return true;
    }
    if (floorSeq <= this.#seq) return false;
    await this.#cut(floorSeq, 'expired');
    return true;
  }

  async #cut(seq: number, reason: CutReason, epoch: string = this.#epoch): Promise<void> {
    await this.#listener.prepareCut();
    // What was offered meanwhile may have brought the tail further.
    if (reason === 'expired' && seq <= this.#seq) return;
    this.#options.log.warn({ reason, fromSeq: this.#seq, toSeq: seq }, 'events of the log were missed');
    this.#seq = seq;
    this.#epoch = epoch;
    if (reason === 'epoch') this.#early.clear();
    this.#listener.cut(reason);
  }

  #apply(event: FeedEvent): void {
    this.#seq = event.seq;
    this.#budget.spend(() => this.#options.apply(event));
  }

  #applyEarly(): void {
    if (this.#early.size === 0) return;
    for (let next = this.#early.get(this.#seq + 1); next !== undefined; ) {
      if (this.#budget.isSpent) {
        this.#applyInNextTurn();
        return;
      }
      this.#apply(next);
      next = this.#early.get(this.#seq + 1);
    }
    for (const seq of this.#early.keys()) {
      if (seq <= this.#seq) this.#early.delete(seq);
    }
  }

  #applyInNextTurn(): void {
    this.#nextTurn ??= setImmediate(() => {
      this.#nextTurn = null;
      this.#applyEarly();
    });
  }
}
