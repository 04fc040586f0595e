import type { Log } from 'posted/server';
import type { JwkSet } from './jwk-set.ts';
import type { KeyRing, NamedKey } from './key-ring.ts';
import { fingerprintOf, type TokenKey } from './keys.ts';

export interface ReloadOptions {
  /** Rejects if the keys cannot be read or are invalid; the earlier ones stay in use. */
  readonly load: () => Promise<JwkSet>;
  /** The name of the source in the log. */
  readonly source: string;
  /** Whether the first of the keys signs tokens. */
  readonly signs: boolean;
  /** The key of tokens without `kid`, and of those whose `kid` no other key has. */
  readonly unnamed?: TokenKey | undefined;
  /** How often the keys are read. */
  readonly everyMs: number;
  /** The time from one read for an unknown `kid`, which anybody can send, to the next. */
  readonly searchEveryMs: number;
  readonly log: Log;
}

/** A source that has never answered is tried again after this time, and then less and less often. */
const firstRetryMs = 1000;

/** Keys that are read again and again, so that they can be rotated without a restart. */
export class ReloadedKeys implements KeyRing {
  readonly #options: ReloadOptions;
  #keys: readonly NamedKey[] = [];
  readonly #current = new Set<TokenKey>();
  #isLoaded = false;
  #reading: Promise<void> | undefined;
  #lastSearchMs = Number.NEGATIVE_INFINITY;
  #retryMs = firstRetryMs;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Of the last read; null if it succeeded. */
  #failure: string | null = null;
  #unused = '';

  /** `first` are the keys if they were read already. */
  constructor(options: ReloadOptions, first?: JwkSet) {
    this.#options = options;
    if (options.unnamed !== undefined) this.#current.add(options.unnamed);
    if (first === undefined) void this.#read();
    else {
      this.#use(first);
      this.#schedule();
    }
  }

  get signingKey(): NamedKey | undefined {
    return this.#options.signs ? this.#keys[0] : undefined;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get all(): readonly TokenKey[] {
    return [...this.#current];
  }

  find(kid: string | undefined): TokenKey | undefined {
    const key = this.#keys.find((each) => each.kid === kid) ?? this.#options.unnamed;
    // An issuer with one key need not name it.
    return key ?? (kid === undefined && this.#keys.length === 1 ? this.#keys[0] : undefined);
  }

  has(key: TokenKey): boolean {
    return this.#current.has(key);
  }

  search(kid: string): Promise<void> | undefined {
    if (this.#keys.some((key) => key.kid === kid)) return undefined;
    if (this.#reading !== undefined) return this.#reading;
    const nowMs = performance.now();
    if (this.#isClosed || nowMs - this.#lastSearchMs < this.#options.searchEveryMs) return undefined;
    this.#lastSearchMs = nowMs;
    return this.#read();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #read(): Promise<void> {
    clearTimeout(this.#timer);
    this.#reading = this.#options
      .load()
      .then(
        (set) => this.#use(set),
        (thrown: unknown) => this.#fail(thrown),
      )
      .finally(() => {
        this.#reading = undefined;
        this.#schedule();
      });
    return this.#reading;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    let delayMs = this.#options.everyMs;
    if (!this.#isLoaded) {
      delayMs = Math.min(delayMs, this.#retryMs);
      this.#retryMs *= 2;
    }
    this.#timer = setTimeout(() => void this.#read(), delayMs).unref();
  }

  #use({ keys, unused }: JwkSet): void {
    const { log, source, unnamed } = this.#options;
    const known = new Map(this.#keys.map((key) => [identityOf(key), key]));
    // The same key stays the same object, so that tokens that it has verified stay verified.
    const next = keys.map((key) => known.get(identityOf(key)) ?? key);
    const isChanged =
      next.length !== this.#keys.length || next.some((key, index) => key !== this.#keys[index]);
    this.#keys = next;
    this.#current.clear();
    for (const key of unnamed === undefined ? next : [...next, unnamed]) this.#current.add(key);
    if (this.#failure !== null) log.info({ source }, 'the keys of tokens can be read again');
    if (isChanged)
      log.info({ source, kids: next.map(({ kid }) => kid ?? null) }, 'the keys of tokens were read');
    const reasons = unused.join('; ');
    if (reasons !== this.#unused && reasons !== '') {
      log.warn({ source, unused }, 'some keys of tokens are not used');
    }
    this.#unused = reasons;
    this.#failure = null;
    this.#isLoaded = true;
  }

  #fail(thrown: unknown): void {
    const { log, source } = this.#options;
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    if (cause === this.#failure) return;
    this.#failure = cause;
    if (this.#isLoaded) {
      log.warn({ source, cause }, 'the keys of tokens cannot be read; those from before stay in use');
    } else {
      log.warn(
        { source, cause },
        'the keys of tokens cannot be read; the server is not ready until they are',
      );
    }
  }
}

function identityOf(key: NamedKey): string {
  return `${fingerprintOf(key)} ${key.kid ?? ''}`;
}
