import type { DeliveryStats } from '../log/delivery/delivery.ts';
import type { ReplayObserver } from '../log/delivery/subscriber-source.ts';
import type { RestObserver } from '../rest/operation.ts';
import type { ContractObserver } from '../server/observer.ts';
import type { MetricsSnapshot } from './workers/worker-messages.ts';

/** The metrics of one process: `createMetrics` of posted/metrics creates them. */
export interface ServedMetrics extends ContractObserver, RestObserver, ReplayObserver {
  /** The content type of the rendered metrics. */
  readonly contentType: string;
  /** All metrics in the Prometheus text format. */
  render(): Promise<string>;
  /** All metrics as data, for aggregation across processes. */
  snapshot(): Promise<MetricsSnapshot>;
  /** Sets where the state of resumable connections is read at each scrape. */
  watchDelivery(read: () => WatchedDelivery): void;
}

export interface WatchedDelivery extends DeliveryStats {
  /** Sent but not yet taken by the sockets, of all connections. */
  readonly queuedBytes: number;
  /** Since the last successful read of the log. */
  readonly staleSeconds: number;
}
