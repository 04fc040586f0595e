/** The contract runtime: serves the channels of any generated contract over WebSocket (RFC 6455). */

export { type ErrorCode, PostedError } from '../errors.ts';
export type { Guard } from '../guard.ts';
export type { Log } from '../log.ts';
export type { OriginPolicy } from '../origin.ts';
export * from './close-codes.ts';
export * from './descriptor.ts';
export * from './handlers.ts';
export * from './listen.ts';
export * from './observer.ts';
export * from './options.ts';
export * from './server.ts';
