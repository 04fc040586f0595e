/** The process around a server: HTTP, health, documentation, workers, signals. */
export { errorCode } from '../shared/errors.ts';
export { createDocs, type DocsOptions } from './docs.ts';
export { checkReadiness, type Dependency, type Readiness } from './health.ts';
export { HttpListener } from './http-listener.ts';
export { createServer, type ServerOptions } from './http-server.ts';
export {
  disposalErrors,
  type ProcessServer,
  runServer,
  runWorker,
  runWorkers,
  type ServerProcessOptions,
  type WorkerContext,
  type WorkersOptions,
} from './workers/run-process.ts';
export type { MetricsSnapshot } from './workers/worker-messages.ts';
export type { WorkerPoolMetrics } from './workers/worker-pool.ts';
