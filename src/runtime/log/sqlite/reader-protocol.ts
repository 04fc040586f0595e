import type { Failure } from './protocol.ts';

/** The messages between a pool of readers and its threads. */
export interface ReaderData {
  readonly path: string;
  readonly isLowPriority: boolean;
}

export interface ReadRequest {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** In the order of the requests. */
export type ReadResponse = { readonly rows: Rows } | { readonly failure: Failure };
