import type { EventSequence } from './event-sequence.ts';

/** Notices events that are missing before others for too long. */
export class GapTimer {
  readonly #sequence: Pick<EventSequence, 'position' | 'hasGap'>;
  readonly #timeoutMs: number;
  readonly #onTimeout: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    sequence: Pick<EventSequence, 'position' | 'hasGap'>,
    timeoutMs: number,
    onTimeout: () => void,
  ) {
    this.#sequence = sequence;
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  /** Events are missing. While several nodes append, some are missing all the time, but never the same for long. */
  start(): void {
    if (this.#timer !== null) return;
    const { seq } = this.#sequence.position;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#sequence.hasGap) return;
      if (this.#sequence.position.seq === seq) this.#onTimeout();
      else this.start();
    }, this.#timeoutMs);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
