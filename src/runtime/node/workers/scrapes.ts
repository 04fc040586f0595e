import type { MetricsSnapshot } from './messages.ts';

/** A worker that has not answered by then takes part with what it said last. */
const timeoutMs = 1000;

/** Adds up what workers have counted. */
export interface WorkerSums {
  counted(worker: number, snapshot: MetricsSnapshot): void;
  /** The sum, in the Prometheus text format. */
  render(): Promise<string>;
}

export interface ScrapesDeps {
  readonly metrics: WorkerSums;
  /** Asks all workers that can be used, and returns their ids. */
  ask(scrape: number): readonly number[];
}

/** Collects what all workers have counted. Those who ask at the same time share one round. */
export class Scrapes {
  readonly #deps: ScrapesDeps;
  readonly #missing = new Set<number>();
  #round = 0;
  #complete: (() => void) | null = null;
  #running: Promise<string> | null = null;

  constructor(deps: ScrapesDeps) {
    this.#deps = deps;
  }

  /** The sum over all workers, in the text format of Prometheus. */
  render(): Promise<string> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  answered(worker: number, scrape: number, snapshot: MetricsSnapshot): void {
    this.#deps.metrics.counted(worker, snapshot);
    if (scrape === this.#round) this.ended(worker);
  }

  /** Nobody waits for a worker that is gone. */
  ended(worker: number): void {
    this.#missing.delete(worker);
    if (this.#missing.size === 0) this.#complete?.();
  }

  async #run(): Promise<string> {
    this.#round += 1;
    this.#missing.clear();
    for (const worker of this.#deps.ask(this.#round)) this.#missing.add(worker);
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
