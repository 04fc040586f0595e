export interface FreshnessOptions {
  /** After how long without a successful read the log counts as stale. Default: 15,000. */
  readonly staleAfterMs?: number | undefined;
  /** After how long without a successful read this node gives up. Default: 120,000. */
  readonly giveUpMs?: number | undefined;
  /** Called once per outage. Must not throw. */
  readonly onGiveUp: () => void;
}

/** A tick that comes this late was held up by a process that did not run, not by the log. */
const maxTickDelayMs = 5000;

/**
 * How recently the log was read. A node that cannot read it knows nothing new, and must not claim otherwise. It gives up
 * as soon as it is stale and hears that another node still reads, so that its clients move there. Without such a sign it
 * waits longer: the failover of a database must not disconnect everybody.
 */
export class Freshness {
  readonly #staleAfterMs: number;
  readonly #giveUpMs: number;
  readonly #onGiveUp: () => void;
  #readCount = 0;
  #readMs = performance.now();
  /** When the process was started or resumed: an outage is only observed from then on. */
  #observedMs = performance.now();
  #tickMs = performance.now();
  #hasGivenUp = false;

  constructor({ staleAfterMs = 15_000, giveUpMs = 120_000, onGiveUp }: FreshnessOptions) {
    this.#staleAfterMs = staleAfterMs;
    this.#giveUpMs = giveUpMs;
    this.#onGiveUp = onGiveUp;
  }

  /** The number of successful reads: whether it has grown says whether the log was read in between. */
  get readCount(): number {
    return this.#readCount;
  }

  /** The time since the last successful read. */
  get staleMs(): number {
    return performance.now() - this.#readMs;
  }

  get isStale(): boolean {
    return this.staleMs >= this.#staleAfterMs;
  }

  /** The log was read. */
  succeeded(): void {
    this.#readCount += 1;
    this.#readMs = performance.now();
    this.#hasGivenUp = false;
  }

  /** Another node has published an event that this one has not read. */
  heardOfNewer(): void {
    if (this.#outageMs(performance.now()) >= this.#staleAfterMs) this.#giveUp();
  }

  /** Called about once a second, with `performance.now()`. */
  tick(nowMs: number): void {
    if (nowMs - this.#tickMs > maxTickDelayMs) this.#observedMs = nowMs;
    this.#tickMs = nowMs;
    if (this.#outageMs(nowMs) >= this.#giveUpMs) this.#giveUp();
  }

  #outageMs(nowMs: number): number {
    return nowMs - Math.max(this.#readMs, this.#observedMs);
  }

  #giveUp(): void {
    if (this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    this.#onGiveUp();
  }
}
