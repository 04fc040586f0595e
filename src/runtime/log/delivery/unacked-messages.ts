/**
 * The messages that were sent to a client and that it has not acknowledged. Unless the client has stated its window,
 * nothing is tracked before its first ack: clients that never acknowledge are limited by their socket only.
 */
export class UnackedMessages {
  /** The seq of each message, followed by when it was sent. */
  #sent: number[] = [];
  /** The index of the oldest; what is before it is cut off once in a while, not on every ack. */
  #oldest = 0;
  #isTracking: boolean;
  #ackedSeq = -1;
  /** When the client last acknowledged something new. */
  #ackedMs = Number.NEGATIVE_INFINITY;

  constructor(isTracking: boolean) {
    this.#isTracking = isTracking;
  }

  get size(): number {
    return (this.#sent.length - this.#oldest) / 2;
  }

  isFull(windowSize: number): boolean {
    return this.size >= windowSize;
  }

  /**
   * Whether there is a message that was sent before `beforeMs` (`performance.now()`), and nothing was acknowledged since
   * then: a client that is slow but gets on with its messages is not closed, which would only cost it another replay.
   */
  isOverdue(beforeMs: number): boolean {
    return Math.max(this.#sent[this.#oldest + 1] ?? beforeMs, this.#ackedMs) < beforeMs;
  }

  add(seq: number, nowMs: number): void {
    if (this.#isTracking) this.#sent.push(seq, nowMs);
  }

  /** Acknowledges all messages up to `seq`; false if they were acknowledged before. */
  acknowledge(seq: number, nowMs: number): boolean {
    const isNew = seq > this.#ackedSeq;
    if (isNew) {
      this.#ackedSeq = seq;
      this.#ackedMs = nowMs;
    }
    this.#isTracking = true;
    while ((this.#sent[this.#oldest] ?? Number.POSITIVE_INFINITY) <= seq) this.#oldest += 2;
    if (this.#oldest < 128 && this.size > 0) return isNew;
    this.#sent = this.#sent.slice(this.#oldest);
    this.#oldest = 0;
    return isNew;
  }
}
