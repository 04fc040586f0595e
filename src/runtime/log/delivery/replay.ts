import type { Position } from '../cursor.ts';
import type { LogEvent } from '../event.ts';
import type { ReplayPage } from './replay-page.ts';
import type { ReplayPages } from './replay-pages.ts';
import type { ReplayTurns, TurnTaker } from './replay-turns.ts';

/** Where all replays read events. */
export interface ReplaySource {
  /** Of the last event that was applied. */
  tailPosition(): Position;
  /** The events after `seq` if all of them are in memory, otherwise null. */
  recentAfter(seq: number): Iterable<LogEvent> | null;
  readonly pages: ReplayPages;
  readonly turns: ReplayTurns;
}

/** A subscriber, as its replay sees it. */
export interface ReplayTarget {
  readonly user: string;
  /** After the last event that was sent or skipped. */
  readonly position: Position;
  readonly hasRoom: boolean;
  /** Sends the next event, or skips it. Returns the bytes sent, or null if it has moved the position elsewhere. */
  take(event: LogEvent, nowMs: number): number | null;
  /** A page of the log ends here. */
  pageEnded(): void;
  /** There is nothing left to replay. */
  caughtUp(): void;
  /** Moves the position to the tail, because the events after it are gone. */
  expired(): void;
  /** The log could not be read, or something else went wrong. Must not throw. */
  failed(): void;
}

/** What an event costs besides the bytes sent: most are skipped by connections that see few topics. */
const eventCost = 100;

/** Why a replay has stopped: the events end here, the client's window or socket is full, the turn is over, or the position was moved. */
type Stop = 'end' | 'full' | 'turn' | 'moved';

/**
 * Sends a subscriber what it has missed, from memory or the log, until its window or socket is full. The rest of a page
 * is kept for later.
 */
export class Replay implements TurnTaker {
  readonly #target: ReplayTarget;
  readonly #source: ReplaySource;
  #page: ReplayPage | null = null;
  #isRunning = false;
  #isStopped = false;
  #isReading = false;
  #hasMore = false;

  constructor(target: ReplayTarget, source: ReplaySource) {
    this.#target = target;
    this.#source = source;
  }

  get user(): string {
    return this.#target.user;
  }

  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Starts or continues, until the subscriber has caught up. */
  resume(): void {
    if (this.#isStopped) return;
    this.#isRunning = true;
    if (!this.#isReading && !this.#hasMore) this.#requestTurn();
  }

  /** Stops for good. */
  stop(): void {
    this.#isStopped = true;
    this.#isRunning = false;
    this.#releasePage();
  }

  takeTurn(maxCost: number): number {
    this.#hasMore = false;
    try {
      return this.#advance(maxCost);
    } catch {
      this.#target.failed();
      return 0;
    }
  }

  #advance(maxCost: number): number {
    let cost = 0;
    while (this.#isRunning && this.#target.hasRoom) {
      const recent = this.#source.recentAfter(this.#target.position.seq);
      const events = recent ?? this.#pageEvents();
      if (events === null) {
        void this.#read(this.#target.position);
        break;
      }
      const sent = this.#sendAll(events, maxCost - cost);
      cost += sent.cost;
      this.#hasMore = sent.stop === 'turn';
      if (sent.stop === 'full' || sent.stop === 'turn') break;
      this.#releasePage();
      if (sent.stop === 'end') this.#ended(recent !== null);
    }
    // Without room for it, a page that is not kept is read again.
    if (this.#page?.isKept === false && !this.#hasMore) this.#releasePage();
    return cost;
  }

  #ended(isAtTail: boolean): void {
    if (!isAtTail) {
      this.#target.pageEnded();
      return;
    }
    this.#isRunning = false;
    this.#target.caughtUp();
  }

  #requestTurn(): void {
    this.#hasMore = true;
    this.#source.turns.request(this);
  }

  /** The rest of the page that it holds, or of one that another replay has read. */
  #pageEvents(): Iterable<LogEvent> | null {
    const { position } = this.#target;
    if (this.#page?.continues(position) !== true) {
      this.#releasePage();
      this.#page = this.#source.pages.find(position);
    }
    return this.#page?.eventsAfter(position.seq) ?? null;
  }

  #sendAll(events: Iterable<LogEvent>, maxCost: number): { readonly stop: Stop; readonly cost: number } {
    const tailSeq = this.#source.tailPosition().seq;
    const nowMs = performance.now();
    let cost = 0;
    for (const event of events) {
      // It is not applied yet: the memberships known here may not be those at the event.
      if (event.seq > tailSeq) break;
      if (!this.#target.hasRoom) return { stop: 'full', cost };
      if (cost >= maxCost) return { stop: 'turn', cost };
      const sentBytes = this.#target.take(event, nowMs);
      if (sentBytes === null) return { stop: 'moved', cost };
      cost += eventCost + sentBytes;
    }
    return { stop: 'end', cost };
  }

  async #read(after: Position): Promise<void> {
    this.#isReading = true;
    try {
      this.#page = await this.#source.pages.read(this.user, after);
    } catch {
      // The engine has logged the reason. The client reconnects and resumes after its cursor.
      if (this.#isRunning) this.#target.failed();
      return;
    } finally {
      this.#isReading = false;
    }
    if (!this.#isRunning) {
      this.#releasePage();
      return;
    }
    const { seq, mark } = this.#target.position;
    // If a reset has moved the position meanwhile, what was read precedes it, or is of a former history.
    if (this.#page === null && seq === after.seq && mark === after.mark) this.#target.expired();
    this.#requestTurn();
  }

  #releasePage(): void {
    if (this.#page !== null) this.#source.pages.release(this.#page);
    this.#page = null;
  }
}
