import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from '../workers/messages.ts';
import type { WorkerPoolMetrics } from '../workers/worker-pool.ts';

/** Of these a sum may not fall, or Prometheus takes it for a restart and counts everything again. */
const lasting: ReadonlySet<unknown> = new Set(['counter', 'histogram']);

/**
 * Adds up what workers have counted. What a worker had counted when it was last asked stays in the sum
 * after its death, except for gauges: so no counter ever shows less than it has shown before.
 */
export class WorkerMetrics implements WorkerPoolMetrics {
  readonly #own = new Registry();
  readonly #running: Gauge;
  readonly #deaths: Counter;
  readonly #latest = new Map<number, MetricsSnapshot>();
  #ofTheDead: readonly object[] = [];

  constructor() {
    const registers = [this.#own];
    this.#running = new Gauge({ name: 'posted_workers', help: 'Workers that can be used.', registers });
    this.#deaths = new Counter({
      name: 'posted_worker_deaths_total',
      help: 'Workers that died without being told to.',
      registers,
    });
  }

  started(): void {
    this.#running.inc();
  }

  counted(worker: number, snapshot: MetricsSnapshot): void {
    this.#latest.set(worker, snapshot);
  }

  /** A worker is gone; `wasUsable` tells whether it has been counted as started. */
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
    const all = [...this.#latest.values(), this.#ofTheDead];
    return (await AggregatorRegistry.aggregate(all).metrics()) + (await this.#own.metrics());
  }
}
