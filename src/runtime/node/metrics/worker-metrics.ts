import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from '../workers/messages.ts';
import type { WorkerPoolMetrics } from '../workers/worker-pool.ts';
import { createLogMetrics } from './log-metrics.ts';

/** A sum of these must not decrease, or Prometheus takes it for a restart and counts everything again. */
const lasting: ReadonlySet<unknown> = new Set(['counter', 'histogram']);

/**
 * Adds up the metrics of the workers. The counts of a worker at its last scrape stay in the sum after its death,
 * except for gauges, so that no counter ever decreases.
 */
export class WorkerMetrics implements WorkerPoolMetrics {
  /** Metrics that only the primary has. */
  readonly #own = new Registry();
  /** Metrics that workers have too: they are added up with theirs. */
  readonly #shared = new Registry();
  readonly #running: Gauge;
  readonly #deaths: Counter;
  readonly #latest = new Map<number, MetricsSnapshot>();
  #ofTheDead: readonly object[] = [];

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

  counted(worker: number, snapshot: MetricsSnapshot): void {
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
    const kept = last.filter(({ type }) => lasting.has(type));
    this.#ofTheDead = AggregatorRegistry.aggregate([this.#ofTheDead, kept]).getMetricsAsArray();
  }

  /** The sum, in the text format of Prometheus. */
  async render(): Promise<string> {
    const all = [...this.#latest.values(), this.#ofTheDead, await this.#shared.getMetricsAsJSON()];
    return (await AggregatorRegistry.aggregate(all).metrics()) + (await this.#own.metrics());
  }
}
