/** Counts connections, handshakes in progress included, in total and by user. A limit of 0 means no limit. */
export class ConnectionLimits {
  readonly #max: number;
  readonly #maxPerUser: number;
  /** Stays empty if users have no limit. */
  readonly #byUser = new Map<string, number>();
  #total = 0;
  #onEmpty: (() => void) | null = null;

  constructor(max: number, maxPerUser: number) {
    this.#max = max;
    this.#maxPerUser = maxPerUser;
  }

  get total(): number {
    return this.#total;
  }

  /** Counts one more connection; false if that would exceed the limit. */
  acquire(): boolean {
    if (this.#max > 0 && this.#total >= this.#max) return false;
    this.#total += 1;
    return true;
  }

  /** Attributes an acquired connection to a user; false if that would exceed the user's limit. */
  acquireForUser(user: string): boolean {
    if (this.#maxPerUser === 0) return true;
    const count = this.#byUser.get(user) ?? 0;
    if (count >= this.#maxPerUser) return false;
    this.#byUser.set(user, count + 1);
    return true;
  }

  /** Counts one connection less; `user` is the one that it was attributed to, or null. */
  release(user: string | null): void {
    this.#total -= 1;
    if (user !== null) this.#releaseUser(user);
    if (this.#total === 0) this.#onEmpty?.();
  }

  /** Resolves as soon as there are no connections. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      if (this.#total === 0) resolve();
    });
  }

  #releaseUser(user: string): void {
    const count = this.#byUser.get(user);
    if (count === undefined) return;
    if (count > 1) this.#byUser.set(user, count - 1);
    else this.#byUser.delete(user);
  }
}
