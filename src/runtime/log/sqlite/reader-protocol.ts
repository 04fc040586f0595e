import type { Failure } from './protocol.ts';

/** The messages between a pool of readers and its threads. */
export interface ReaderData {
  readonly path: string;
  readonly isLowPriority: boolean;
}

export interface ReadRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type Rows = readonly Readonly<Record<string, unknown>>[];

export type ReadResponse =
  | { readonly id: number; readonly rows: Rows }
  | { readonly id: number; readonly failure: Failure };
