/**
 * Notices that a connection is lost although nothing says so: a server that has promised a heartbeat has been silent for
 * twice its interval.
 */
export class Liveness {
  readonly #onLost: (silentMs: number) => void;
  /** 0 until there is a promise. */
  #limitMs = 0;
  #receivedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onLost: (silentMs: number) => void) {
    this.#onLost = onLost;
  }

  /** From now on, the server sends something at least this often. */
  expect(heartbeatMs: number): void {
    this.#limitMs = 2 * heartbeatMs;
    this.resume();
  }

  received(): void {
    this.#receivedMs = performance.now();
  }

  /** Nothing is read until `resume`. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.pause();
    this.received();
    if (this.#limitMs > 0) this.#check(this.#limitMs);
  }

  #check(delayMs: number): void {
    this.#timer = setTimeout(() => {
      // A timer for each message would cost more than the message.
      const leftMs = this.#receivedMs + this.#limitMs - performance.now();
      if (leftMs > 0) this.#check(leftMs);
      else this.#onLost(this.#limitMs);
    }, delayMs);
  }
}
