/**
 * Notices that a connection is lost although nothing says so: a server that has promised a heartbeat has been silent for
 * twice its interval.
 */
export class Liveness {
  readonly #onLost: (silentMs: number) => void;
  /** 0 until there is a promise. */
  #heartbeatMs = 0;
  /** By two clocks: the system's may be set, and the other one may stop while the machine sleeps. */
  #receivedAtMs = 0;
  #receivedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onLost: (silentMs: number) => void) {
    this.#onLost = onLost;
  }

  /** From now on, the server sends something at least this often. */
  expect(heartbeatMs: number): void {
    this.#heartbeatMs = heartbeatMs;
    this.resume();
  }

  received(): void {
    this.#receivedAtMs = Date.now();
    this.#receivedMs = performance.now();
  }

  /** Nothing is read until `resume`. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  resume(): void {
    this.pause();
    this.received();
    if (this.#heartbeatMs > 0) this.#wait(2 * this.#heartbeatMs);
  }

  /** After something that may have cost the connection, one late heartbeat is enough. */
  check(): void {
    if (this.#timer !== undefined && this.#silentMs > this.#heartbeatMs)
      this.#onLost(Math.round(this.#silentMs));
  }

  get #silentMs(): number {
    return Math.max(Date.now() - this.#receivedAtMs, performance.now() - this.#receivedMs);
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => {
      // A timer for each message would cost more than the message.
      const limitMs = 2 * this.#heartbeatMs;
      const leftMs = limitMs - this.#silentMs;
      if (leftMs > 0) this.#wait(leftMs);
      else this.#onLost(limitMs);
    }, delayMs);
  }
}
