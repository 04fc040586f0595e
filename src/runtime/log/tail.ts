import { LogLimit } from '../shared/log-limit.ts';
import { floorOf, headOf, historyChange, readContinuation } from './continuation.ts';
import type { DecodedCursor, Position } from './cursor.ts';
import type { LogState } from './engine.ts';
import type { LogEvent, UnknownEvent } from './event.ts';
import { EventSequence } from './event-sequence.ts';
import { Freshness } from './freshness.ts';
import { GapTimer } from './gap-timer.ts';
import { HintedReads } from './hinted-reads.ts';
import { locateCursor } from './locate-cursor.ts';
import { RecentEvents, recentLimits } from './recent-events.ts';
import { SharedReads } from './shared-reads.ts';
import type { ResetReason, SkipReason, TailListener } from './tail-listener.ts';
import type { TailOptions } from './tail-options.ts';

const pageLimits = { maxEvents: 1000, maxBytes: 1_048_576 };
/** How often the log may turn out to be another one than at the previous statement before a read fails. */
const maxRounds = 5;

/**
 * Follows the log. Events are offered by whoever knows them first, and may be missing, repeated or out of order: gaps
 * are detected by seq and filled from the log, the only source of truth.
 *
 * Each read proves that the log still has the event that the tail is at. If it does not, this history has lost events
 * that clients may have received: the tail begins a new epoch. Until a read has succeeded after a failed one, offered
 * events wait, because they may already follow a history that lost some.
 */
export class Tail {
  readonly #options: TailOptions;
  readonly #sequence: EventSequence;
  readonly #freshness: Freshness;
  readonly #refreshes: SharedReads;
  readonly #hintedReads: HintedReads;
  readonly #gapTimer: GapTimer;
  readonly #failures: LogLimit;
  #recent: RecentEvents;
  #epoch: string;
  readonly #listeners: TailListener[] = [];
  #stopped: UnknownEvent | null = null;
  #pollTimer: NodeJS.Timeout | null = null;
  #reading: Promise<LogState | null> | null = null;
  /** How often offered events had to wait for a read: only one that began later lets them continue. */
  #holds = 0;
  #isClosed = false;

  private constructor(options: TailOptions, position: Position, epoch: string) {
    const { log, staleAfterMs, giveUpMs, refreshIntervalMs: intervalMs = 5 } = options;
    this.#options = options;
    this.#epoch = epoch;
    this.#sequence = new EventSequence(position, (event) => this.#apply(event));
    this.#recent = new RecentEvents(recentLimits, position);
    this.#freshness = new Freshness({ staleAfterMs, giveUpMs, onGiveUp: () => this.#giveUp() });
    const reads = { current: () => this.#reading, begin: (seqs: readonly number[]) => this.#begin(seqs) };
    this.#refreshes = new SharedReads(reads, intervalMs);
    const read = (seq: number) => this.#reading ?? this.#begin([], seq);
    this.#hintedReads = new HintedReads({ sequence: this.#sequence, read, intervalMs });
    this.#gapTimer = new GapTimer(this.#sequence, options.gapTimeoutMs ?? 50, () => void this.catchUp());
    this.#failures = new LogLimit(log, { maxRecords: 1, windowMs: 60_000 });
  }

  /**
   * Starts after the newest event of the log, and stays there until `follow`.
   *
   * @throws PostedError `unavailable` if the log cannot be read
   */
  static async start(options: TailOptions): Promise<Tail> {
    const state = await options.engine.state([]);
    return new Tail(options, headOf(state), state.epoch);
  }

  /** Of the last event that was applied or skipped. */
  get position(): Position {
    return this.#sequence.position;
  }

  /** The history that `position` belongs to. */
  get epoch(): string {
    return this.#epoch;
  }

  /** The newest applied events. Replaced when the tail skips. */
  get recent(): RecentEvents {
    return this.#recent;
  }

  /** How recently the log was read. */
  get freshness(): Pick<Freshness, 'readCount' | 'staleMs' | 'isStale'> {
    return this.#freshness;
  }

  /** The event that the tail cannot pass, because this version does not know it; null while it can go on. */
  get stopped(): UnknownEvent | null {
    return this.#stopped;
  }

  /** Applies the events after `position` to this listener, too. The first call begins to follow the log. */
  follow(listener: TailListener): void {
    if (this.#listeners.push(listener) > 1) return;
    this.#pollTimer = setInterval(() => this.#tick(), this.#options.pollIntervalMs ?? 1000);
    this.#pollTimer.unref();
    void this.catchUp();
  }

  /** Applies the event if it is the next one, or keeps it until then. */
  offer(event: LogEvent): void {
    if (this.#isClosed || this.#listeners.length === 0) return;
    const known = this.#recent.markAt(event.seq);
    if (known !== null && known !== event.mark) {
      // The log has another event than the one that was applied.
      this.#hold();
      this.refresh().catch(() => {});
    }
    this.#sequence.offer(event);
    if (this.#sequence.hasGap) this.#gapTimer.start();
  }

  /** Another node has published that the log has reached `headSeq`, with some of the events. It may be wrong. */
  hint({ headSeq, events }: { readonly headSeq: number; readonly events: readonly LogEvent[] }): void {
    for (const event of events) this.offer(event);
    if (headSeq <= this.position.seq) return;
    this.#freshness.heardOfNewer();
    // Events missing before the offered ones may be on their way in another hint.
    if ((events.at(-1)?.seq ?? 0) < headSeq) this.#hintedReads.add(headSeq);
  }

  /** Reads the log to its end; failures are logged. Overlapping calls share one read. */
  async catchUp(): Promise<void> {
    await (this.#reading ?? this.#begin([]));
  }

  /**
   * Resolves once everything that was in the log at the time of the call is applied. However many clients reconnect at
   * the same time, it reads at most 200 times a second.
   *
   * @throws PostedError `unavailable` if the log cannot be read
   */
  async refresh(): Promise<void> {
    if (this.#options.isSoleWriter && this.#reading === null && !this.#sequence.hasGap) await this.applied();
    else await this.#refreshes.read();
  }

  /**
   * Resolves with the position of a client's cursor, or why nothing can be resumed there: 'epoch' if it is from another
   * history, 'expired' if events after it were pruned, 'future' if the log ends before it. Like `refresh`, it waits for
   * everything that was in the log at the time of the call, even if the cursor is in memory: otherwise a replay from
   * memory could be older than an edit or a deletion that another node has answered.
   *
   * @throws PostedError `unavailable` if the log cannot be read
   */
  async locate(cursor: DecodedCursor): Promise<Position | ResetReason> {
    const { seq } = cursor;
    if (this.#options.isSoleWriter) {
      await this.refresh();
      const known = this.#recent.markAt(seq);
      if (known !== null && cursor.markIn(this.#epoch) === known) return { seq, mark: known };
    }
    const state = await this.#refreshes.read(seq);
    return locateCursor(cursor, { epoch: this.#epoch, seq: this.position.seq }, state);
  }

  /** Resolves once all offered events are applied, except those that wait for earlier ones or for a read. */
  async applied(): Promise<void> {
    await this.#sequence.applied();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#pollTimer !== null) clearTimeout(this.#pollTimer);
    this.#gapTimer.stop();
    this.#sequence.hold();
    await this.#reading;
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#recent.tick(nowMs);
    this.#freshness.tick(nowMs);
    this.#refreshes.read().catch(() => {});
  }

  #hold(): void {
    if (this.#options.isSoleWriter) return;
    this.#holds += 1;
    this.#sequence.hold();
  }

  #begin(seqs: readonly number[], hintedSeq = 0): Promise<LogState | null> {
    this.#reading = this.#read(seqs, hintedSeq);
    return this.#reading;
  }

  /** Resolves with the state of the log at the tail's position; with null if it was not read, or cannot be. */
  async #read(seqs: readonly number[], hintedSeq: number): Promise<LogState | null> {
    // So that `#reading` is set before it is cleared, however early the read fails.
    await Promise.resolve();
    try {
      // The events prove that they continue at the position. Everything else can wait for the next tick.
      if (hintedSeq > 0 && !this.#sequence.isHeld && (await this.#readTo(hintedSeq))) return null;
      for (let round = 0; round < maxRounds && !this.#isClosed; round += 1) {
        const [position, holds] = [this.position, this.#holds];
        const state = await this.#options.engine.state([position.seq, ...seqs]);
        if (await this.#followsChange(position, state)) continue;
        if (holds === this.#holds && this.#stopped === null) this.#sequence.release();
        if (!(await this.#readTo(state.headSeq))) continue;
        this.#freshness.succeeded();
        return state;
      }
      if (!this.#isClosed) throw new Error('the log changes in a way that its events do not explain');
    } catch (thrown) {
      this.#hold();
      // Nothing is lost: the next poll reads from the same position.
      const fields = { err: thrown, seq: this.position.seq };
      this.#failures.write('error', {}, fields, 'cannot read the log; trying again');
    } finally {
      this.#reading = null;
    }
    return null;
  }

  /** Skips if the log does not continue at the position. Returns false if it does. */
  async #followsChange(position: Position, state: LogState): Promise<boolean> {
    // Nothing may pass an event that is not understood.
    if (this.#stopped !== null) return false;
    const change = historyChange(this.#epoch, position, state);
    if (change === 'none') return false;
    if (change !== 'pruned') this.#hold();
    if (change === 'pruned') await this.#skip('expired', floorOf(state));
    else if (change === 'epoch') await this.#skip('epoch', headOf(state), state.epoch);
    else await this.#beginEpoch(position, state);
    return true;
  }

  /** Only one node begins it: the others find that the epoch has changed. */
  async #beginEpoch(position: Position, state: LogState): Promise<void> {
    const epoch = await this.#options.engine.beginEpoch(this.#epoch);
    this.#options.log.error(
      { epoch, formerEpoch: this.#epoch, seenSeq: position.seq, headSeq: state.headSeq },
      'the log has lost events that were delivered, in a failover or a restore: all clients are reset',
    );
  }

  async #skip(reason: SkipReason, to: Position, epoch: string = this.#epoch): Promise<void> {
    for (const listener of this.#listeners) await listener.beforeSkip();
    // Events offered meanwhile may have advanced the tail.
    if (reason === 'expired' && to.seq <= this.position.seq) return;
    this.#options.log.warn({ reason, fromSeq: this.position.seq, toSeq: to.seq }, 'skipped events');
    if (reason === 'epoch') this.#sequence.clear();
    this.#sequence.moveTo(to);
    this.#epoch = epoch;
    this.#recent = new RecentEvents(recentLimits, to);
    for (const listener of this.#listeners) listener.skipped(reason);
  }

  /** Applies the events up to `headSeq`. Resolves with false if the log has changed since that was its head. */
  async #readTo(headSeq: number): Promise<boolean> {
    while (this.position.seq < headSeq && this.#listeners.length > 0 && !this.#isClosed) {
      const { seq } = this.position;
      const limits = this.#stopped === null ? pageLimits : { ...pageLimits, maxEvents: 2 };
      const events = await readContinuation(this.#options.engine, this.position, limits);
      if (events === null) return false;
      await this.#sequence.applyPage(events);
      if (this.#stopped !== null) return true;
      if (this.position.seq === seq) return false;
      this.#freshness.succeeded();
    }
    return !this.#isClosed;
  }

  /** Returns false if the event must not be passed. */
  #apply(event: LogEvent): boolean {
    if (event.kind === 'unknown' && event.requires !== null) {
      this.#stop(event);
      return false;
    }
    this.#stopped = null;
    this.#recent.add(event);
    if (event.kind !== 'unknown') for (const listener of this.#listeners) listener.apply(event);
    return true;
  }

  #stop(event: UnknownEvent): void {
    this.#sequence.hold();
    if (this.#stopped?.seq === event.seq) return;
    this.#stopped = event;
    this.#options.log.error(
      { seq: event.seq, kind: event.name, requires: event.requires },
      'this version does not know an event of the log: upgrade this server to the required version',
    );
    for (const listener of this.#listeners) listener.stopped(event);
  }

  #giveUp(): void {
    this.#options.log.error(
      { staleMs: Math.round(this.#freshness.staleMs) },
      'the log could not be read for too long: clients are moved to other servers',
    );
    for (const listener of this.#listeners) listener.gaveUp();
  }
}
