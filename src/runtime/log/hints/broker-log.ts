import type { Log } from '../../shared/log.ts';
import type { DropReason } from './broker.ts';

const quietMs = 60_000;

/** What the log is told of a broker: every change, and what goes on being wrong once a minute. */
export class BrokerLog {
  readonly #log: Log;
  readonly #broker: string;
  readonly #dropped = new Map<DropReason, { saidMs: number; count: number }>();
  /** When it was last said that the broker is down; null while it is up. */
  #downSaidMs: number | null = null;

  /** `broker` is its URL without user and password. */
  constructor(log: Log, broker: string) {
    this.#log = log;
    this.#broker = broker;
  }

  up(): void {
    this.#downSaidMs = null;
    this.#log.info({ broker: this.#broker }, 'the broker is up');
  }

  down(cause: string): void {
    const nowMs = performance.now();
    if (this.#downSaidMs !== null && nowMs - this.#downSaidMs < quietMs) return;
    this.#downSaidMs = nowMs;
    this.#log.warn(
      { broker: this.#broker, cause },
      'the broker is down; until it is back, what happens on other servers is read from the log every second',
    );
  }

  dropped(reason: DropReason, bytes: number): void {
    const nowMs = performance.now();
    const entry = this.#dropped.get(reason) ?? { saidMs: -quietMs, count: 0 };
    this.#dropped.set(reason, entry);
    entry.count += 1;
    if (nowMs - entry.saidMs < quietMs) return;
    this.#log.warn({ broker: this.#broker, bytes, count: entry.count }, `ignored ${what[reason]}`);
    entry.saidMs = nowMs;
    entry.count = 0;
  }
}

const what: Readonly<Record<DropReason, string>> = {
  foreign: 'messages on our topic that are not hints: another program publishes there',
  newer_version: 'hints of a newer version: update this server',
  other_epoch:
    'hints of another history of the log: another database shares our topic, unless the epoch was bumped just now',
};
