/** The contract runtime: serves the channels of any generated contract over WebSocket (RFC 6455). */

export type { Guard } from '../guard.ts';
export * from './close-codes.ts';
export * from './descriptor.ts';
export * from './handlers.ts';
export * from './observer.ts';
export * from './options.ts';
export * from './server.ts';
