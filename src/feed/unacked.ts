/**
 * The posts that a client was sent and has not acknowledged. Nothing is kept for a client until its
 * first ack: not every client acknowledges, and those that do not are slowed down by their socket alone.
 */
export class Unacked {
  readonly #seqs: number[] = [];
  readonly #sentAtMs: number[] = [];
  /** The oldest is at this index: what is before it is cut off now and then, not at every ack. */
  #oldest = 0;
  #isAcking = false;

  get size(): number {
    return this.#seqs.length - this.#oldest;
  }

  isFull(windowSize: number): boolean {
    return this.size >= windowSize;
  }

  /** Whether one was sent before `beforeMs` (performance.now()). */
  isOverdue(beforeMs: number): boolean {
    return this.size > 0 && (this.#sentAtMs[this.#oldest] ?? beforeMs) < beforeMs;
  }

  sent(seq: number, nowMs: number): void {
    if (!this.#isAcking) return;
    this.#seqs.push(seq);
    this.#sentAtMs.push(nowMs);
  }

  /** Cumulative: everything up to `seq`. */
  acknowledge(seq: number): void {
    this.#isAcking = true;
    while (this.size > 0 && (this.#seqs[this.#oldest] ?? 0) <= seq) this.#oldest += 1;
    if (this.#oldest < 64 && this.size > 0) return;
    this.#seqs.splice(0, this.#oldest);
    this.#sentAtMs.splice(0, this.#oldest);
    this.#oldest = 0;
  }
}
