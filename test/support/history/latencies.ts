/** The distribution of some latencies. */
export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The time from the first request for a post to the application of a reader at a server that got no request for it. */
export interface LatencySummary {
  /** In the undisturbed part of the run. */
  readonly quiet: Quantiles;
  /** Of posts requested or received afterwards. */
  readonly disrupted: Quantiles;
}

interface FirstRequest {
  readonly atMs: number;
  readonly servers: Set<number>;
}

/** Measures how long posts take from one server to the applications at another. */
export class Latencies {
  readonly #requests = new Map<string, FirstRequest>();
  readonly #quietMs: number[] = [];
  readonly #disruptedMs: number[] = [];
  #phase: 'before' | 'quiet' | 'disrupted' = 'before';

  /** Posts requested before the first call are not measured. */
  begin(phase: 'quiet' | 'disrupted'): void {
    this.#phase = phase;
  }

  /** Call it when a request for the post is sent to a server. */
  requested(key: string, server: number): void {
    if (this.#phase === 'before') return;
    const first = this.#requests.get(key);
    if (first === undefined) this.#requests.set(key, { atMs: performance.now(), servers: new Set([server]) });
    else first.servers.add(server);
  }

  /** Call it when an undisturbed reader at that server has seen the post. */
  saw(key: string, server: number): void {
    const first = this.#requests.get(key);
    if (first === undefined || first.servers.has(server)) return;
    const latencyMs = performance.now() - first.atMs;
    (this.#phase === 'quiet' ? this.#quietMs : this.#disruptedMs).push(latencyMs);
  }

  get summary(): LatencySummary {
    return { quiet: quantilesOf(this.#quietMs), disrupted: quantilesOf(this.#disruptedMs) };
  }
}

function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
