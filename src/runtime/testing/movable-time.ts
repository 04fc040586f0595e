import type { MovableTimer, TimerQueue } from './movable-timer.ts';
import { realTime } from './real-time.ts';
import { settle } from './settle.ts';

/** Time that passes by itself, like real time, and can also be moved forward. */
export class MovableTime implements TimerQueue {
  /** In the order in which they started. */
  readonly #timers = new Set<MovableTimer>();
  /** What `Date.now` was when `nowMs` was 0. */
  readonly #epochMs = realTime.Date.now() - realTime.nowMs();
  /** How far it is ahead of real time. */
  #aheadMs = 0;
  /** The time while it is moved; null while it passes by itself. */
  #stoppedAtMs: number | null = null;
  #moved: Promise<void> = Promise.resolve();

  get nowMs(): number {
    return this.#stoppedAtMs ?? realTime.nowMs() + this.#aheadMs;
  }

  /** Like `Date.now`. */
  get dateMs(): number {
    return Math.floor(this.#epochMs + this.nowMs);
  }

  get isRunning(): boolean {
    return this.#stoppedAtMs === null;
  }

  add(timer: MovableTimer): void {
    this.#timers.add(timer);
  }

  delete(timer: MovableTimer): void {
    this.#timers.delete(timer);
  }

  /**
   * Moves the time forward. The timers that end on the way fire at their time and in their order, and the messages that
   * they cause are delivered before the next one fires. Several moves follow each other.
   */
  advance(byMs: number): Promise<void> {
    this.#moved = this.#moved.then(() => this.#advance(byMs));
    return this.#moved;
  }

  async #advance(byMs: number): Promise<void> {
    await settle();
    this.#stop();
    const targetMs = this.nowMs + byMs;
    for (let next = this.#nextUntil(targetMs); next !== undefined; next = this.#nextUntil(targetMs)) {
      this.#stoppedAtMs = Math.max(this.nowMs, next.dueMs);
      const timer = next;
      // In a turn of its own, so that an error of its function is an uncaught exception, as with real timers.
      realTime.setImmediate(() => timer.fire());
      await settle();
    }
    this.#continue(targetMs);
    await settle();
  }

  #nextUntil(targetMs: number): MovableTimer | undefined {
    let next: MovableTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= targetMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }

  #stop(): void {
    this.#stoppedAtMs = this.nowMs;
    for (const timer of this.#timers) timer.suspend();
  }

  #continue(nowMs: number): void {
    this.#aheadMs = nowMs - realTime.nowMs();
    this.#stoppedAtMs = null;
    for (const timer of this.#timers) timer.run();
  }
}
