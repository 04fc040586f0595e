import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { DropReason } from './broker.ts';
import type { BrokerUrl } from './broker-url.ts';

const intervalMs = 60_000;

/** Logs every change of a broker's state, and persistent problems once a minute. */
export class BrokerLog {
  readonly #log: Log;
  readonly #broker: string;
  readonly #consequence: string;
  readonly #dropped = new Map<DropReason, { loggedMs: number; count: number }>();
  /** When it was last logged that the broker is down; null while it is up. */
  #downLoggedMs: number | null = null;

  /** `broker` is its URL without user and password, and `consequence` how the server works while the broker is down. */
  constructor(log: Log, broker: string, consequence: string) {
    this.#log = log;
    this.#broker = broker;
    this.#consequence = consequence;
  }

  up(): void {
    this.#downLoggedMs = null;
    this.#log.info({ broker: this.#broker }, 'the broker is up');
  }

  down(cause: string): void {
    const nowMs = performance.now();
    if (this.#downLoggedMs !== null && nowMs - this.#downLoggedMs < intervalMs) return;
    this.#downLoggedMs = nowMs;
    this.#log.warn(
      { broker: this.#broker, cause },
      `the broker is down: until it is back, ${this.#consequence}`,
    );
  }

  dropped(reason: DropReason, bytes: number): void {
    const nowMs = performance.now();
    const entry = this.#dropped.get(reason) ?? { loggedMs: -intervalMs, count: 0 };
    this.#dropped.set(reason, entry);
    entry.count += 1;
    if (nowMs - entry.loggedMs < intervalMs) return;
    this.#log.warn({ broker: this.#broker, bytes, count: entry.count }, `ignored ${descriptions[reason]}`);
    entry.loggedMs = nowMs;
    entry.count = 0;
  }
}

const descriptions: Readonly<Record<DropReason, string>> = {
  foreign: 'messages that are not hints: another program publishes on the topic',
  newer_version: 'hints of a newer version: update this server',
  other_epoch:
    'hints of another log: a server with another database uses the topic, unless the epoch was just bumped',
};

const maxLength = 300;

/** Describes the error of an engine's client on one line of bounded length, without the password or the token. */
export function describeFailure(
  thrown: unknown,
  { username, password = username }: Pick<BrokerUrl, 'username' | 'password'>,
): string {
  const text = reasonsOf(thrown, 0).filter(isNotRepeated).join(': ').replaceAll(/\s+/g, ' ');
  const clean = password === undefined ? text : text.replaceAll(password, '***');
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean;
}

/** The messages of an error and its causes, from the outermost to the innermost. */
function reasonsOf(thrown: unknown, depth: number): readonly string[] {
  if (!(thrown instanceof Error)) return [String(thrown)];
  // If a host has several addresses, the error about all of them has no message of its own.
  const own = thrown.message === '' ? errorCode(thrown) : plain(thrown.message);
  const inner: unknown = thrown instanceof AggregateError ? thrown.errors.at(-1) : thrown.cause;
  return inner === undefined || depth > 4 ? [own] : [own, ...reasonsOf(inner, depth + 1)];
}

/** Strips the function and source location that OpenSSL adds. */
function plain(message: string): string {
  const [, tlsReason] = /:SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return tlsReason === undefined ? message.replace(/\.$/, '') : `TLS: ${tlsReason}`;
}

function isNotRepeated(reason: string, index: number, reasons: readonly string[]): boolean {
  return reason !== reasons[index + 1];
}
