/** The contract runtime: serves the channels of any generated contract over WebSocket (RFC 6455). */

export type { Answer, Named } from '../shared/answer.ts';
export type { Audit, AuditEntry } from '../shared/audit.ts';
export type * from '../shared/bus.ts';
export * from '../shared/close-codes.ts';
export type * from '../shared/credentials.ts';
export * from '../shared/descriptor.ts';
export { type ErrorCode, PostedError } from '../shared/errors.ts';
export type { Guard } from '../shared/guard.ts';
export type { Limit, Limits, LimitsByName, Rate } from '../shared/limits/limit.ts';
export type { Counter, Limiter } from '../shared/limits/limiter.ts';
export { RateCounter } from '../shared/limits/rate-counter.ts';
export { RecentMap } from '../shared/limits/recent-map.ts';
export { type Log, type LogLevel, logLevels, silentLog } from '../shared/log.ts';
export { LogLimit, type LogLimitOptions } from '../shared/log-limit.ts';
export type { OriginPolicy } from '../shared/origin.ts';
export type { Revocation } from '../shared/revocation.ts';
export { createStderrLog, type StderrLogOptions } from '../shared/stderr-log.ts';
export { TrustedProxies, type TrustProxyOptions } from '../shared/trusted-proxies.ts';
export type * from './connection-filter.ts';
export * from './contract-app.ts';
export type { ContractServer } from './contract-server.ts';
export * from './handlers.ts';
export * from './observer.ts';
export * from './options.ts';
export type { PeerDropReason } from './peers/peer-message.ts';
export type * from './types.ts';
