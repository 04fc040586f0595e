/** The REST runtime: serves the operations of any generated OpenAPI contract. */
export type { Guard } from '../guard.ts';
export * from './context.ts';
export * from './operation.ts';
