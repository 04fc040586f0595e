export interface FairSlotsLimits {
  readonly max: number;
  readonly maxPerUser: number;
}

/** Limits how many jobs run at the same time, in all and for each user. Users who wait are served in rotation. */
export class FairSlots {
  readonly #limits: FairSlotsLimits;
  /** By user, in the order in which they are served. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #runningOf = new Map<string, number>();
  #running = 0;

  constructor(limits: FairSlotsLimits) {
    this.#limits = limits;
  }

  /** Starts the job at once if there is a slot. */
  async run<Result>(user: string, job: () => Promise<Result>): Promise<Result> {
    if (this.#isFree(user)) this.#take(user);
    else await new Promise<void>((resolve) => this.#enqueue(user, resolve));
    try {
      return await job();
    } finally {
      this.#give(user);
    }
  }

  #isFree(user: string): boolean {
    const { max, maxPerUser } = this.#limits;
    return this.#running < max && (this.#runningOf.get(user) ?? 0) < maxPerUser;
  }

  #take(user: string): void {
    this.#running += 1;
    this.#runningOf.set(user, (this.#runningOf.get(user) ?? 0) + 1);
  }

  #enqueue(user: string, start: () => void): void {
    const queue = this.#waiting.get(user);
    if (queue === undefined) this.#waiting.set(user, [start]);
    else queue.push(start);
  }

  #give(user: string): void {
    this.#running -= 1;
    const running = (this.#runningOf.get(user) ?? 0) - 1;
    if (running === 0) this.#runningOf.delete(user);
    else this.#runningOf.set(user, running);
    const own = this.#waiting.get(user);
    if (own !== undefined) {
      this.#waiting.delete(user);
      this.#waiting.set(user, own);
    }
    for (const [next, queue] of this.#waiting) {
      if (!this.#isFree(next)) continue;
      const start = queue.shift();
      this.#waiting.delete(next);
      if (queue.length > 0) this.#waiting.set(next, queue);
      this.#take(next);
      start?.();
      return;
    }
  }
}
