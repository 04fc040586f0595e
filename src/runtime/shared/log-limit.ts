import type { Log } from './log.ts';

export interface LogLimitOptions {
  /** How many records of a kind are logged per window. Default: 5. */
  readonly maxRecords?: number;
  /** Default: 10,000. */
  readonly windowMs?: number;
}

type Fields = Readonly<Record<string, unknown>>;

interface Window {
  records: number;
  omitted: number;
}

/**
 * Limits how much clients can make the server log: a few records of each kind per window. Further records are counted,
 * and their number is logged when the window ends.
 */
export class LogLimit {
  readonly #log: Log;
  readonly #maxRecords: number;
  readonly #windowMs: number;
  readonly #windows = new Map<string, Window>();

  constructor(log: Log, { maxRecords = 5, windowMs = 10_000 }: LogLimitOptions = {}) {
    this.#log = log;
    this.#maxRecords = maxRecords;
    this.#windowMs = windowMs;
  }

  /** Records with the same message and `kind` are of one kind, so the values of `kind` must come from a closed set. */
  write(level: 'warn' | 'error', kind: Fields, fields: Fields, message: string): void {
    const key = JSON.stringify([message, kind]);
    const window =
      this.#windows.get(key) ??
      this.#open(key, (omitted) => {
        this.#log[level](
          { ...kind, omitted, windowMs: this.#windowMs },
          `${message}: more records were omitted`,
        );
      });
    if (window.records === this.#maxRecords) {
      window.omitted += 1;
      return;
    }
    window.records += 1;
    this.#log[level]({ ...kind, ...fields }, message);
  }

  #open(key: string, summarize: (omitted: number) => void): Window {
    const window: Window = { records: 0, omitted: 0 };
    this.#windows.set(key, window);
    setTimeout(() => {
      this.#windows.delete(key);
      if (window.omitted > 0) summarize(window.omitted);
    }, this.#windowMs).unref();
    return window;
  }
}
