/** The REST runtime: serves the operations of any generated OpenAPI contract. */
export type { Guard } from '../shared/guard.ts';
export { type Log, type LogLevel, silentLog } from '../shared/log.ts';
export { createStderrLog, type StderrLogOptions } from '../shared/stderr-log.ts';
export { createRestApp, type Mount, type RestApp, type RestAppOptions, type RestLimits } from './app.ts';
export type {
  BearerToken,
  Caller,
  OperationDescriptor,
  RequestContext,
  SecurityHook,
} from './operation-handlers.ts';
