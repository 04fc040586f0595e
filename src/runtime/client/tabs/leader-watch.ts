const pingMs = 1_000;

/** After so many silent intervals, a leader counts as frozen. */
const maxMissed = 3;

export interface LeaderWatchDeps {
  readonly ping: () => void;
  readonly onFrozen: () => void;
}

/**
 * Notices that the leader is frozen or hangs: it is asked, rather than expected to speak, because timers of hidden pages
 * are slow.
 */
export class LeaderWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  #missed = 0;

  constructor({ ping, onFrozen }: LeaderWatchDeps) {
    this.#timer = setInterval(() => {
      this.#missed += 1;
      if (this.#missed < maxMissed) ping();
      else {
        this.#missed = 0;
        onFrozen();
      }
    }, pingMs);
  }

  heard(): void {
    this.#missed = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
