/** The types of generated contracts. This module has no runtime code. */

export type * from './descriptor.ts';
export type { Guard } from './guard.ts';
