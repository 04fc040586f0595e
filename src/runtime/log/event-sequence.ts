import type { Position } from './cursor.ts';
import type { LogEvent } from './event.ts';
import { TurnBudget } from './turn-budget.ts';

/** Events that wait for earlier ones. More are dropped, which costs one read of the log. */
const maxWaiting = 10_000;
/** How long events are applied before other work gets its turn: each may go to very many connections. */
const applyMs = 10;

/**
 * Applies events strictly in seq order, each once, however they arrive. Events that arrive early wait for the earlier
 * ones.
 */
export class EventSequence {
  readonly #apply: (event: LogEvent) => boolean;
  readonly #waiting = new Map<number, LogEvent>();
  readonly #budget = new TurnBudget(applyMs);
  #position: Position;
  #nextTurn: NodeJS.Immediate | null = null;
  #isHeld = false;

  /** `apply` returns false to stop before the event, which is then not applied. It must not throw. */
  constructor(position: Position, apply: (event: LogEvent) => boolean) {
    this.#position = position;
    this.#apply = apply;
  }

  /** Of the last event that was applied, or where `moveTo` moved. */
  get position(): Position {
    return this.#position;
  }

  /** Whether events wait for one that has not arrived. */
  get hasGap(): boolean {
    return this.#waiting.size > 0 && !this.#waiting.has(this.#position.seq + 1);
  }

  /** Whether offered events wait for `release`. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Applies the event if it is the next one, or keeps it until then. */
  offer(event: LogEvent): void {
    if (event.seq <= this.#position.seq) return;
    if (event.seq === this.#position.seq + 1 && !this.#isHeld && !this.#budget.isSpent) {
      if (this.#applyNext(event)) this.#applyWaiting();
      return;
    }
    if (this.#waiting.size < maxWaiting) this.#waiting.set(event.seq, event);
    if (this.#waiting.has(this.#position.seq + 1)) this.#applyInNextTurn();
  }

  /** Applies events read from the log, ascending and without gaps, even while offered ones are held. */
  async applyPage(events: readonly LogEvent[]): Promise<void> {
    for (const event of events) {
      if (this.#budget.isSpent) await this.#budget.renewed();
      if (event.seq === this.#position.seq + 1 && !this.#applyNext(event)) return;
    }
    this.#applyWaiting();
  }

  /** Keeps offered events until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#applyWaiting();
  }

  /** Continues after another event. Those up to it are never applied. */
  moveTo(position: Position): void {
    this.#position = position;
    this.#dropPassed();
  }

  /** Drops the events that wait. */
  clear(): void {
    this.#waiting.clear();
  }

  /** Resolves once everything offered is applied, except events that wait for earlier ones. */
  async applied(): Promise<void> {
    while (this.#nextTurn !== null) await this.#budget.renewed();
  }

  #applyNext(event: LogEvent): boolean {
    let isApplied = false;
    this.#budget.spend(() => {
      isApplied = this.#apply(event);
    });
    if (isApplied) this.#position = { seq: event.seq, mark: event.mark };
    return isApplied;
  }

  #applyWaiting(): void {
    if (this.#waiting.size === 0) return;
    while (!this.#isHeld) {
      const next = this.#waiting.get(this.#position.seq + 1);
      if (next === undefined) break;
      if (this.#budget.isSpent) {
        this.#applyInNextTurn();
        return;
      }
      if (!this.#applyNext(next)) break;
    }
    this.#dropPassed();
  }

  #dropPassed(): void {
    for (const seq of this.#waiting.keys()) {
      if (seq <= this.#position.seq) this.#waiting.delete(seq);
    }
  }

  #applyInNextTurn(): void {
    if (this.#isHeld) return;
    this.#nextTurn ??= setImmediate(() => {
      this.#nextTurn = null;
      this.#applyWaiting();
    });
  }
}
