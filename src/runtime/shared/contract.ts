/** The types of generated contracts. This module has no runtime code. */

export type { Answer } from './answer.ts';
export type { Content, Uncorrelated } from './content.ts';
export type * from './descriptor.ts';
export type { Guard } from './guard.ts';
