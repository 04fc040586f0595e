/** Counts connections, those in their handshake included, in all and by user. 0 means no limit. */
export class ConnectionLimits {
  readonly #max: number;
  readonly #maxPerUser: number;
  /** Empty where users have no limit. */
  readonly #byUser = new Map<string, number>();
  #total = 0;

  constructor(max: number, maxPerUser: number) {
    this.#max = max;
    this.#maxPerUser = maxPerUser;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes one of all places; false if there is none. */
  take(): boolean {
    if (this.#max > 0 && this.#total >= this.#max) return false;
    this.#total += 1;
    return true;
  }

  /** Takes one of the user's places, for whoever has one of all; false if there is none. */
  takeFor(user: string): boolean {
    if (this.#maxPerUser === 0) return true;
    const count = this.#byUser.get(user) ?? 0;
    if (count >= this.#maxPerUser) return false;
    this.#byUser.set(user, count + 1);
    return true;
  }

  /** Gives back one of all places and, where `user` is not null, that which was taken for the user. */
  release(user: string | null): void {
    this.#total -= 1;
    const count = user === null ? undefined : this.#byUser.get(user);
    if (user === null || count === undefined) return;
    if (count > 1) this.#byUser.set(user, count - 1);
    else this.#byUser.delete(user);
  }
}
