/** Limits how much of one turn of the event loop some work may take. */
export class TurnBudget {
  readonly #limitMs: number;
  #spentMs = 0;
  #renewal: Promise<void> | null = null;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Whether the rest of the work should wait for the next turn. */
  get isSpent(): boolean {
    return this.#spentMs >= this.#limitMs;
  }

  /** Runs the work and counts its time. */
  spend(work: () => void): void {
    const startMs = performance.now();
    work();
    this.#spentMs += performance.now() - startMs;
    void this.renewed();
  }

  /** Resolves in the next turn, with the full budget available. */
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
