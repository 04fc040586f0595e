import type { MetricsSnapshot } from './worker-messages.ts';

/** A worker that does not answer in time takes part with its last snapshot. */
const timeoutMs = 1000;

/** Adds up the metrics of workers. */
export interface WorkerSums {
  update(worker: number, snapshot: MetricsSnapshot): void;
  /** The sum, in the Prometheus text format. */
  render(): Promise<string>;
}

export interface ScrapesDeps {
  readonly metrics: WorkerSums;
  /** Requests a snapshot from every worker that serves, and returns their ids. */
  request(scrape: number): readonly number[];
}

/** Collects the metrics of all workers. Concurrent callers share one scrape. */
export class Scrapes {
  readonly #deps: ScrapesDeps;
  readonly #missing = new Set<number>();
  #scrape = 0;
  #complete: (() => void) | null = null;
  #running: Promise<string> | null = null;

  constructor(deps: ScrapesDeps) {
    this.#deps = deps;
  }

  /** The sum over all workers, in the Prometheus text format. */
  render(): Promise<string> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  received(worker: number, scrape: number, snapshot: MetricsSnapshot): void {
    this.#deps.metrics.update(worker, snapshot);
    if (scrape === this.#scrape) this.ended(worker);
  }

  /** Stops waiting for a worker that is gone. */
  ended(worker: number): void {
    this.#missing.delete(worker);
    if (this.#missing.size === 0) this.#complete?.();
  }

  async #run(): Promise<string> {
    this.#scrape += 1;
    this.#missing.clear();
    for (const worker of this.#deps.request(this.#scrape)) this.#missing.add(worker);
    if (this.#missing.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#complete = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return await this.#deps.metrics.render();
  }
}
