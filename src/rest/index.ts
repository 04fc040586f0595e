/** The REST runtime: serves the operations of any generated OpenAPI contract. */
export type { Guard } from '../guard.ts';
export { createRestApp, type RestApp, type RestAppOptions, type RestLimits } from './app.ts';
export * from './context.ts';
export * from './operation.ts';
export { createServer, type ServerOptions } from './server.ts';
