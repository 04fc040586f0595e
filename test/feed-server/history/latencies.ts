/** How long some posts took. */
export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** From the first request for a post to the application of a reader at a server that was never asked for it. */
export interface LatencySummary {
  /** While nothing was troubled. */
  readonly quiet: Quantiles;
  /** Of posts that were asked for, or came, afterwards. */
  readonly troubled: Quantiles;
}

interface Asked {
  readonly atMs: number;
  readonly servers: Set<number>;
}

/** Measures the way from one server to the applications at another. */
export class Latencies {
  readonly #asked = new Map<string, Asked>();
  readonly #quietMs: number[] = [];
  readonly #troubledMs: number[] = [];
  #phase: 'before' | 'quiet' | 'troubled' = 'before';

  /** What is asked for before the first call is not measured. */
  begin(phase: 'quiet' | 'troubled'): void {
    this.#phase = phase;
  }

  /** A request for the post is made at a server. */
  asked(key: string, server: number): void {
    if (this.#phase === 'before') return;
    const asked = this.#asked.get(key);
    if (asked === undefined) this.#asked.set(key, { atMs: performance.now(), servers: new Set([server]) });
    else asked.servers.add(server);
  }

  /** A reader at that server, which nothing but trouble of servers keeps from it, has seen the post. */
  saw(key: string, server: number): void {
    const asked = this.#asked.get(key);
    if (asked === undefined || asked.servers.has(server)) return;
    const tookMs = performance.now() - asked.atMs;
    (this.#phase === 'quiet' ? this.#quietMs : this.#troubledMs).push(tookMs);
  }

  get summary(): LatencySummary {
    return { quiet: quantilesOf(this.#quietMs), troubled: quantilesOf(this.#troubledMs) };
  }
}

function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
