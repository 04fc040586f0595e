/** How long an ack may wait for a newer one to take its place. */
const delayMs = 250;

/**
 * The acks of one connection. They are cumulative, so that only the newest is sent: at the latest
 * after 250 ms, or when a quarter of the server's window is processed, which then stays open.
 */
export class Acks {
  readonly #send: (cursor: string) => void;
  readonly #mostTogether: number;
  #newest: string | null = null;
  #together = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (cursor: string) => void, window: number) {
    this.#send = send;
    this.#mostTogether = Math.max(1, Math.floor(window / 4));
  }

  /** Everything up to `cursor`, which came on this connection, is processed. */
  acknowledge(cursor: string): void {
    this.#newest = cursor;
    this.#together += 1;
    if (this.#together >= this.#mostTogether) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), delayMs);
  }

  /** Sends what waits. */
  flush(): void {
    const cursor = this.#newest;
    this.stop();
    if (cursor !== null) this.#send(cursor);
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#newest = null;
    this.#together = 0;
  }
}
