const bits = 18;

/**
 * A compact superset of the users of whom a token was revoked, so that the tokens of all others need no look-up: 1 MiB,
 * however many they are. Users share a mark, which changes with each revocation.
 */
export class RevokedUsers {
  readonly #marks = new Uint32Array(2 ** bits);
  #isLoaded = false;
  #generation = 0;

  /** 0 if no token of the user was revoked. A result that was found under a mark holds while the mark stays the same. */
  markOf(user: string): number {
    const mark = this.#marks[bucketOf(user)] ?? 0;
    // Not 0 before all are known. Each change makes it lower, so no mark comes again.
    return this.#isLoaded ? mark : -1 - mark - this.#generation;
  }

  add(user: string): void {
    const bucket = bucketOf(user);
    this.#marks[bucket] = (this.#marks[bucket] ?? 0) + 1;
  }

  /** Revocations may have been missed: nothing is known until they are loaded. */
  forget(): void {
    this.#isLoaded = false;
    this.#generation += 1;
  }

  /** Adds all users whose tokens were revoked up to now. */
  async load(pages: AsyncIterable<readonly string[]>): Promise<void> {
    const generation = this.#generation;
    for await (const users of pages) for (const user of users) this.add(user);
    if (generation === this.#generation) this.#isLoaded = true;
  }
}

/** The last digits, because the first ones of some UUIDs are a time. */
function bucketOf(user: string): number {
  return Number.parseInt(user.slice(-5), 16) % 2 ** bits;
}
