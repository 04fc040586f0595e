/** What generated code says a contract in: types alone, which nothing at run time comes with. */

export type * from './descriptor.ts';
export type { Guard } from './guard.ts';
