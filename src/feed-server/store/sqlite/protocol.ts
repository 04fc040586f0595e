import type { AppendResult } from '../engine-store.ts';
import type { FriendDeleted, FriendSet } from '../event.ts';
import type { PostDraft } from '../store.ts';

/** The operations that the main thread requests of the worker thread. */
export interface Operations {
  statement: { readonly input: Statement; readonly output: StatementResult };
  appendPost: { readonly input: PostDraft; readonly output: AppendResult };
  appendFriendSet: { readonly input: FriendChange; readonly output: FriendSet | null };
  appendFriendDeleted: { readonly input: FriendChange; readonly output: FriendDeleted | null };
}

export type OperationName = keyof Operations;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /**
   * `grouped`: a write, in the transaction of its batch. `alone`: after that transaction, by itself; for
   * reads, and for migrations, which run their own transactions while nothing else is pending.
   */
  readonly mode: 'grouped' | 'alone';
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The number of rows written; 0 for a statement that returns rows. */
  readonly changes: number;
}

export interface FriendChange {
  readonly user: string;
  readonly friend: string;
  readonly createdAtMs: number;
}

/** The worker's implementation of each operation. */
export type OperationHandlers = {
  readonly [Name in OperationName]: (input: Operations[Name]['input']) => Operations[Name]['output'];
};

export type Request<Some extends OperationName = OperationName> = {
  [Name in Some]: {
    readonly id: number;
    readonly name: Name;
    readonly input: Operations[Name]['input'];
  };
}[Some];

export type Response =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly failure: string };

export interface WorkerData {
  readonly path: string;
}

/** 'close' is sent when no request is pending. */
export type ToWorker = readonly Request[] | 'close';

/** 'open' is sent once, as the first message. */
export type FromWorker = readonly Response[] | 'open';
