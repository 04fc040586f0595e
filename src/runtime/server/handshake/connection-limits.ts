import { KeyedCount } from './keyed-count.ts';

/** How many connections there may be, handshakes in progress included. 0 means no limit. */
export interface ConnectionMaxima {
  readonly maxConnections: number;
  readonly maxConnectionsPerUser: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxPendingHandshakes: number;
  readonly maxPendingHandshakesPerAddress: number;
}

/** The limit that a new connection would exceed. */
export type ExceededLimit = 'capacity' | 'address_limit' | 'pending_limit' | 'address_pending_limit';

/** Whom a connection counts for. */
export interface Counted {
  /** '' if it is unknown; undefined if no limit counts addresses. */
  readonly address: string | undefined;
  /** Null without a user, and before it is known. */
  readonly user: string | null;
}

/** Counts connections and handshakes in progress, in total, by user and by address. */
export class ConnectionLimits {
  readonly #max: number;
  readonly #maxPending: number;
  readonly #users: KeyedCount;
  readonly #addresses: KeyedCount;
  readonly #pendingAddresses: KeyedCount;
  #total = 0;
  #pending = 0;
  #onEmpty: (() => void) | null = null;

  constructor(maxima: ConnectionMaxima) {
    this.#max = maxima.maxConnections;
    this.#maxPending = maxima.maxPendingHandshakes;
    this.#users = new KeyedCount(maxima.maxConnectionsPerUser);
    this.#addresses = new KeyedCount(maxima.maxConnectionsPerAddress);
    this.#pendingAddresses = new KeyedCount(maxima.maxPendingHandshakesPerAddress);
  }

  get total(): number {
    return this.#total;
  }

  get countAddresses(): boolean {
    return this.#addresses.isLimited || this.#pendingAddresses.isLimited;
  }

  /** Counts a handshake that begins, and its connection; or returns the limit that it would exceed. */
  acquire(address: string | undefined): ExceededLimit | null {
    if (this.#max > 0 && this.#total >= this.#max) return 'capacity';
    if (this.#maxPending > 0 && this.#pending >= this.#maxPending) return 'pending_limit';
    if (this.#pendingAddresses.isFull(address)) return 'address_pending_limit';
    if (!this.#addresses.add(address)) return 'address_limit';
    this.#pendingAddresses.add(address);
    this.#pending += 1;
    this.#total += 1;
    return null;
  }

  /** The handshake is over, whether its connection opens or not. */
  settle(address: string | undefined): void {
    this.#pending -= 1;
    this.#pendingAddresses.remove(address);
  }

  /** Attributes an acquired connection to a user; false if that would exceed the user's limit. */
  acquireForUser(user: string): boolean {
    return this.#users.add(user);
  }

  /** Counts one connection less. */
  release({ address, user }: Counted): void {
    this.#total -= 1;
    this.#addresses.remove(address);
    if (user !== null) this.#users.remove(user);
    if (this.#total === 0) this.#onEmpty?.();
  }

  /** Resolves as soon as there are no connections. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      if (this.#total === 0) resolve();
    });
  }
}
