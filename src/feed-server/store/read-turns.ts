/** Bounds how many reads run at a time. The others wait, and those whose signal has aborted by then never run. */
export class ReadTurns {
  readonly #maxRunning: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /** @throws the signal's reason, without calling `read`, if it has aborted when the turn comes */
  async run<Result>(read: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    if (this.#running < this.#maxRunning) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      signal?.throwIfAborted();
      return await read();
    } finally {
      // The next one takes over this turn, so that no newcomer can take it first.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
