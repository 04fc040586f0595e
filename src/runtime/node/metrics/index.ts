/** Prometheus metrics (package prom-client) of a server and of the processes it runs in. */
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';
export { WorkerMetrics } from './worker-metrics.ts';
