import { AsyncResource } from 'node:async_hooks';
import { realTime } from './real-time.ts';

/** The time that timers run in. */
export interface TimerQueue {
  /** Milliseconds, never going backwards. */
  readonly nowMs: number;
  /** Whether timers run by themselves, as time passes. */
  readonly isRunning: boolean;
  add(timer: MovableTimer): void;
  delete(timer: MovableTimer): void;
}

/** Longer delays are 1 ms, as in Node. */
const maxDelayMs = 2 ** 31 - 1;

/** Timers whose id was read, by id. The ids are above those of Node's own timers. */
const timersById = new Map<number, MovableTimer>();
let lastId = 2 ** 40;

/** What setTimeout and setInterval return, with the methods of Node's Timeout, in a time that can be moved. */
export class MovableTimer implements Disposable {
  readonly #queue: TimerQueue;
  readonly #delayMs: number;
  readonly #repeats: boolean;
  readonly #call: () => void;
  #real: NodeJS.Timeout | null = null;
  #state: 'active' | 'fired' | 'cleared' = 'active';
  #hasRef = true;
  #dueMs = 0;
  #id = 0;

  constructor(queue: TimerQueue, call: () => void, delayMs: unknown, repeats = false) {
    this.#queue = queue;
    this.#call = AsyncResource.bind(call);
    this.#repeats = repeats;
    const given = Math.trunc(Number(delayMs));
    this.#delayMs = given >= 1 && given <= maxDelayMs ? given : 1;
    this.#start();
  }

  static byId(id: unknown): MovableTimer | undefined {
    return timersById.get(Number(id));
  }

  get dueMs(): number {
    return this.#dueMs;
  }

  /** Calls back, if it is still active. */
  fire(): void {
    if (this.#state !== 'active') return;
    this.#stop('fired');
    if (this.#repeats) this.#start();
    this.#call();
  }

  /** Waits by Node's timer for the rest of the delay. */
  run(): void {
    this.suspend();
    this.#real = realTime.setTimeout(() => this.fire(), this.#dueMs - this.#queue.nowMs);
    if (!this.#hasRef) this.#real.unref();
  }

  /** Stops waiting, without being cleared. */
  suspend(): void {
    realTime.clearTimeout(this.#real ?? undefined);
    this.#real = null;
  }

  ref(): this {
    this.#hasRef = true;
    this.#real?.ref();
    return this;
  }

  unref(): this {
    this.#hasRef = false;
    this.#real?.unref();
    return this;
  }

  hasRef(): boolean {
    return this.#hasRef;
  }

  refresh(): this {
    if (this.#state === 'cleared') return this;
    this.#stop('fired');
    this.#start();
    return this;
  }

  close(): this {
    this.#stop('cleared');
    return this;
  }

  [Symbol.toPrimitive](): number {
    if (this.#id === 0) {
      lastId += 1;
      this.#id = lastId;
    }
    timersById.set(this.#id, this);
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #start(): void {
    this.#state = 'active';
    this.#dueMs = this.#queue.nowMs + this.#delayMs;
    this.#queue.add(this);
    if (this.#queue.isRunning) this.run();
  }

  #stop(state: 'fired' | 'cleared'): void {
    this.#state = state;
    this.suspend();
    this.#queue.delete(this);
    timersById.delete(this.#id);
  }
}
