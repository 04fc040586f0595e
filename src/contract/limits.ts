/** Counts connections, those in their handshake included, in all and by user. 0 means no limit. */
export class ConnectionLimits {
  readonly #max: number;
  readonly #maxPerUser: number;
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

  release(): void {
    this.#total -= 1;
  }

  /** Takes one of the user's places; false if there is none. */
  takeFor(user: string): boolean {
    const count = this.#byUser.get(user) ?? 0;
    if (this.#maxPerUser > 0 && count >= this.#maxPerUser) return false;
    this.#byUser.set(user, count + 1);
    return true;
  }

  releaseFor(user: string): void {
    const count = this.#byUser.get(user) ?? 0;
    if (count > 1) this.#byUser.set(user, count - 1);
    else this.#byUser.delete(user);
  }
}
