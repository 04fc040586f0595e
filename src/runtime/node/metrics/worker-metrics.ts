import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from '../workers/worker-messages.ts';
import type { WorkerPoolMetrics } from '../workers/worker-pool.ts';
import { createLogMetrics } from './metrics.ts';

/** These sums must not decrease, or Prometheus would assume a restart and count everything again. */
const cumulative: ReadonlySet<unknown> = new Set(['counter', 'histogram']);

/**
 * Adds up the metrics of the workers. What a worker had counted at its last scrape stays in the sum after its death,
 * except for gauges, so that no counter ever decreases.
 */
export class WorkerMetrics implements WorkerPoolMetrics {
  /** Metrics that only the primary has. */
  readonly #own = new Registry();
  /** Metrics that workers have too, which are added to theirs. */
  readonly #shared = new Registry();
  readonly #running: Gauge;
  readonly #deaths: Counter;
  readonly #latest = new Map<number, MetricsSnapshot>();
  #ended: readonly object[] = [];

  constructor({ droppedLogRecords }: { readonly droppedLogRecords: () => number }) {
    createLogMetrics(this.#shared, droppedLogRecords);
    const registers = [this.#own];
    this.#running = new Gauge({ name: 'posted_workers', help: 'Workers that serve.', registers });
    this.#deaths = new Counter({
      name: 'posted_worker_deaths_total',
      help: 'Workers that ended without being stopped.',
      registers,
    });
  }

  started(): void {
    this.#running.inc();
  }

  update(worker: number, snapshot: MetricsSnapshot): void {
    this.#latest.set(worker, snapshot);
  }

  /** A worker is gone; `wasUsable` says whether it was counted as started. */
  ended(
    worker: number,
    { wasUsable, wasDeath }: { readonly wasUsable: boolean; readonly wasDeath: boolean },
  ): void {
    if (wasUsable) this.#running.dec();
    if (wasDeath) this.#deaths.inc();
    const last = this.#latest.get(worker);
    if (last === undefined) return;
    this.#latest.delete(worker);
    const kept = last.filter(({ type }) => cumulative.has(type));
    this.#ended = AggregatorRegistry.aggregate([this.#ended, kept]).getMetricsAsArray();
  }

  /** The sum, in the Prometheus text format. */
  async render(): Promise<string> {
    const all = [...this.#latest.values(), this.#ended, await this.#shared.getMetricsAsJSON()];
    return (await AggregatorRegistry.aggregate(all).metrics()) + (await this.#own.metrics());
  }
}
