/** The types of generated contracts. This module has no runtime code. */

export type { Content } from './content.ts';
export type * from './descriptor.ts';
export type { Guard } from './guard.ts';
