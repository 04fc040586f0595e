/** The process around a server: HTTP, health, documentation, workers, signals. */
export { checking } from '../shared/checking.ts';
export { errorCode } from '../shared/errors.ts';
export type { AppServer } from './app-server.ts';
export { disposalErrors } from './disposal-errors.ts';
export { createDocs, type DocsOptions } from './docs.ts';
export { endProcess } from './end-process.ts';
export type { Dependency } from './health.ts';
export type { FetchApp } from './http-app.ts';
export type { ListenSettingNames } from './http-listener.ts';
export { createServer, type ServerOptions } from './http-server.ts';
export type { ListenOptions } from './listen-options.ts';
export type { PublishOptions } from './publish-endpoint.ts';
export type { Running } from './running.ts';
export { type ServedApp, type ServeOptions, type ServeRest, serve } from './serve.ts';
export type { ServedMetrics } from './served-metrics.ts';
export { sharedLogPort } from './workers/primary-link.ts';
export { type SuperviseOptions, superviseWorkers, WorkerStartError } from './workers/supervise-workers.ts';
export type { MetricsSnapshot } from './workers/worker-messages.ts';
