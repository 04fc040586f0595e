import { PostedError, RecentMap } from 'posted/server';

export interface FairQueueOptions {
  /** How many tasks run at a time. */
  readonly slots: number;
  /** How many wait, beyond those that run. */
  readonly maxPending: number;
  readonly maxPendingPerSource: number;
}

interface Task {
  readonly queuedAtMs: number;
  readonly start: () => void;
  readonly refuse: (reason: unknown) => void;
}

/**
 * Runs tasks in an order that is fair to their sources, however many tasks a source has: each may use one slot a minute
 * without waiting for those that have used more. What nobody else needs, anybody may use. This is the virtual clock
 * algorithm (Zhang, SIGCOMM 1990).
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  /** By source, which has at least one, in the order of their arrival. */
  readonly #waiting = new Map<string, Task[]>();
  /** The time until which a source has used its share. */
  readonly #sharesUsedUntilMs = new RecentMap<number>(maxSources);
  #pending = 0;
  #running = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /**
   * Runs the task when it is its turn; `signal` only ends the wait for that. Rejects with PostedError
   * `too_many_requests` if too many tasks of the source wait, and with `unavailable` if too many of others do that have
   * used no more than this source.
   */
  async run<Result>(source: string, signal: AbortSignal, task: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    if (this.#running >= this.#options.slots) await this.#turnOf(source, signal);
    else this.#start(source);
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#startNext();
    }
  }

  async #turnOf(source: string, signal: AbortSignal): Promise<void> {
    const own = this.#waiting.get(source) ?? [];
    if (own.length >= this.#options.maxPendingPerSource) throw tooMany('too_many_requests');
    const queuedAtMs = performance.now();
    if (this.#pending >= this.#options.maxPending) {
      this.#displace(this.#orderOf(source, queuedAtMs) + own.length * shareMs);
    }
    const turn = Promise.withResolvers<void>();
    const task: Task = { queuedAtMs, start: turn.resolve, refuse: turn.reject };
    own.push(task);
    this.#waiting.set(source, own);
    this.#pending += 1;
    const leave = (): void => {
      this.#remove(source, task);
      turn.reject(signal.reason);
    };
    signal.addEventListener('abort', leave);
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #start(source: string): void {
    this.#running += 1;
    const usedUntilMs = this.#sharesUsedUntilMs.get(source) ?? 0;
    this.#sharesUsedUntilMs.set(source, Math.max(usedUntilMs, performance.now()) + shareMs);
  }

  #startNext(): void {
    let next: readonly [source: string, task: Task] | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [source, [task]] of this.#waiting) {
      if (task === undefined) continue;
      const order = this.#orderOf(source, task.queuedAtMs);
      if (order >= least) continue;
      least = order;
      next = [source, task];
    }
    if (next === undefined) return;
    const [source, task] = next;
    this.#remove(source, task);
    // At once, so that no new task takes the slot before the task resumes.
    this.#start(source);
    task.start();
  }

  /**
   * Refuses the newest task of the source that will have used the most with it, if that is more than `order`, which is
   * the same for a new task.
   */
  #displace(order: number): void {
    let last: readonly [source: string, task: Task] | undefined;
    let most = order;
    for (const [source, tasks] of this.#waiting) {
      const task = tasks.at(-1);
      if (task === undefined) continue;
      const used = this.#orderOf(source, task.queuedAtMs) + (tasks.length - 1) * shareMs;
      if (used <= most) continue;
      most = used;
      last = [source, task];
    }
    if (last === undefined) throw tooMany('unavailable');
    this.#remove(...last);
    last[1].refuse(tooMany('unavailable'));
  }

  /** The lowest is next: sources within their share by arrival, and then the others by how much they have used. */
  #orderOf(source: string, queuedAtMs: number): number {
    return Math.max(this.#sharesUsedUntilMs.get(source) ?? 0, queuedAtMs);
  }

  #remove(source: string, task: Task): void {
    const tasks = this.#waiting.get(source);
    const index = tasks?.indexOf(task) ?? -1;
    if (tasks === undefined || index < 0) return;
    tasks.splice(index, 1);
    this.#pending -= 1;
    if (tasks.length === 0) this.#waiting.delete(source);
  }
}

const shareMs = 60_000;

/** To be forgotten, a source needs the tasks of half as many others. */
const maxSources = 30_000;

function tooMany(code: 'too_many_requests' | 'unavailable'): PostedError {
  return new PostedError(code, 'Too many passwords are being checked. Try again later.', {
    retryAfterMs: 1000,
  });
}
