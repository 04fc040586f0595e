import type { LogLimit } from '../shared/log-limit.ts';
import { isRevokedBy, type Revocation, type SentRevocation } from '../shared/revocation.ts';
import type { Principal } from './handlers.ts';

export interface RevocationsOptions {
  /** Called with each revocation before anything else happens; with an empty one, any credentials may be revoked. */
  readonly onRevoked: (revocation: Revocation) => void;
  readonly failures: LogLimit;
}

interface Applied {
  readonly revocation: Revocation;
  /** By `performance.now()`. */
  readonly atMs: number;
}

/** Much longer than a revocation takes to arrive on all ways, and than a handshake takes. */
const keptMs = 600_000;
const maxKept = 10_000;

/**
 * The recent revocations on this node. One that arrives on two ways, over the bus and in the log, is applied once:
 * otherwise the second would end what its user has opened since. A handshake that began before a revocation looks here
 * before it opens.
 */
export class Revocations {
  readonly #options: RevocationsOptions;
  /** By id, in the order in which they were applied. */
  readonly #applied = new Map<string, Applied>();
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  /** Applies a revocation; false if it was applied before. */
  apply({ id, ...revocation }: SentRevocation): boolean {
    if (this.#applied.has(id)) return false;
    this.#lastMs = performance.now();
    for (const [oldest, { atMs }] of this.#applied) {
      if (this.#applied.size < maxKept && this.#lastMs - atMs < keptMs) break;
      this.#applied.delete(oldest);
    }
    this.#applied.set(id, { revocation, atMs: this.#lastMs });
    this.#notify(revocation);
    return true;
  }

  /** Revocations may have been missed. */
  missed(): void {
    this.#notify({});
  }

  /** Whether credentials that were verified after `sinceMs` (by `performance.now()`) have been revoked since. */
  isRevoked(principal: Principal, sinceMs: number): boolean {
    if (this.#lastMs < sinceMs) return false;
    return this.#applied
      .values()
      .some(({ revocation, atMs }) => atMs >= sinceMs && isRevokedBy(principal, revocation));
  }

  #notify(revocation: Revocation): void {
    try {
      this.#options.onRevoked(revocation);
    } catch (err) {
      this.#options.failures.write('error', {}, { err }, 'onRevoked failed');
    }
  }
}
