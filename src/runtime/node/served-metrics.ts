import type { RestObserver } from '../rest/operation.ts';
import type { ContractObserver } from '../server/observer.ts';
import type { MetricsSnapshot } from './workers/worker-messages.ts';

/** The metrics of one process: `createMetrics` of posted/metrics creates them. */
export interface ServedMetrics extends ContractObserver, RestObserver {
  /** The content type of the rendered metrics. */
  readonly contentType: string;
  /** All metrics in the Prometheus text format. */
  render(): Promise<string>;
  /** All metrics as data, for aggregation across processes. */
  snapshot(): Promise<MetricsSnapshot>;
}
