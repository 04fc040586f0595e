/** The REST runtime: serves the operations of any generated OpenAPI contract. */
export type { Guard } from '../shared/guard.ts';
export { type Log, type LogLevel, silentLog } from '../shared/log.ts';
export { createStderrLog, type StderrLogOptions } from '../shared/stderr-log.ts';
export { createRestApp, type Mount, type RestApp, type RestAppOptions, type RestLimits } from './app.ts';
export { type Answer, answer } from './described-answer.ts';
export type {
  BearerToken,
  BinaryContent,
  Caller,
  HandlersOf,
  HandlerTypes,
  OperationDescriptor,
  Operations,
  OptionalCaller,
  RequestContext,
  SecurityHook,
} from './operation-handlers.ts';
