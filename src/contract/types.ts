/** What generated code says a contract in: types alone, which nothing at run time comes with. */
export type { Guard } from '../guard.ts';
export type * from './descriptor.ts';
