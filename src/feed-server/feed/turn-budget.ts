/** How much of one turn of the event loop some work may take. */
export class TurnBudget {
  readonly #limitMs: number;
  #spentMs = 0;
  #renewal: Promise<void> | null = null;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Whether what is left should wait for the next turn. */
  get isSpent(): boolean {
    return this.#spentMs >= this.#limitMs;
  }

  /** Does the work and counts the time that it takes. */
  spend(work: () => void): void {
    const startMs = performance.now();
    work();
    this.#spentMs += performance.now() - startMs;
    void this.renewed();
  }

  /** Resolves in the next turn, when the whole budget is there again. */
  renewed(): Promise<void> {
    this.#renewal ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#spentMs = 0;
        this.#renewal = null;
        resolve();
      });
    });
    return this.#renewal;
  }
}
