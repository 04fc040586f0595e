/**
 * The posts that a client was sent and has not acknowledged. Nothing is kept for a client until its
 * first ack: not every client acknowledges, and those that do not are slowed down by their socket alone.
 */
export class Unacked {
  /** Of each post its seq, then when it was sent. */
  #sent: number[] = [];
  /** The oldest is at this index: what is before it is cut off now and then, not at every ack. */
  #oldest = 0;
  #isAcking = false;

  get size(): number {
    return (this.#sent.length - this.#oldest) / 2;
  }

  isFull(windowSize: number): boolean {
    return this.size >= windowSize;
  }

  /** Whether one was sent before `beforeMs` (performance.now()). */
  isOverdue(beforeMs: number): boolean {
    return (this.#sent[this.#oldest + 1] ?? beforeMs) < beforeMs;
  }

  sent(seq: number, nowMs: number): void {
    if (this.#isAcking) this.#sent.push(seq, nowMs);
  }

  /** Cumulative: everything up to `seq`. */
  acknowledge(seq: number): void {
    this.#isAcking = true;
    while ((this.#sent[this.#oldest] ?? Number.POSITIVE_INFINITY) <= seq) this.#oldest += 2;
    if (this.#oldest < 128 && this.size > 0) return;
    this.#sent = this.#sent.slice(this.#oldest);
    this.#oldest = 0;
  }
}
