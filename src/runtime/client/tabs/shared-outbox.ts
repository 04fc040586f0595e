import type { Frame } from '../platform.ts';
import { maxBufferedBytes } from '../send-queue.ts';

/** How long to wait for room in the send buffer, which browsers do not announce. */
const retryMs = 10;

interface Outgoing {
  readonly tab: string;
  readonly frame: Frame;
}

/** What tabs have sent, until the connection can take it. */
export class SharedOutbox {
  readonly #waiting: Outgoing[] = [];
  readonly #bufferedBytes: () => number;
  readonly #send: (outgoing: Outgoing) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(bufferedBytes: () => number, send: (outgoing: Outgoing) => void) {
    this.#bufferedBytes = bufferedBytes;
    this.#send = send;
  }

  push(outgoing: Outgoing): void {
    this.#waiting.push(outgoing);
    this.#flush();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#bufferedBytes() + next.frame.length > maxBufferedBytes) break;
      this.#waiting.shift();
      this.#send(next);
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flush(), retryMs);
  }
}
