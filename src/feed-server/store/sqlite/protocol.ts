import type { Appended } from '../appended.ts';
import type { FriendDeleted, FriendSet } from '../event.ts';
import type { PostDraft } from '../store.ts';

/** What the main thread asks of the worker, and what comes back. */
export interface Operations {
  statement: { readonly input: Statement; readonly output: StatementResult };
  appendPost: { readonly input: PostDraft; readonly output: Appended };
  appendFriendSet: { readonly input: FriendChange; readonly output: FriendSet | null };
  appendFriendDeleted: { readonly input: FriendChange; readonly output: FriendDeleted | null };
}

export type OperationName = keyof Operations;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /**
   * `grouped`: a write, in the transaction of its batch. `alone`: by itself, after that transaction;
   * for reads, and for the transactions of migrations, which run while there is nothing else.
   */
  readonly mode: 'grouped' | 'alone';
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The rows written; 0 for a statement that returns rows. */
  readonly changes: number;
}

export interface FriendChange {
  readonly user: string;
  readonly friend: string;
  readonly createdAtMs: number;
}

/** How each operation is done. */
export type Handlers = {
  readonly [Name in OperationName]: (input: Operations[Name]['input']) => Operations[Name]['output'];
};

export type Request<Some extends OperationName = OperationName> = {
  [Name in Some]: {
    readonly id: number;
    readonly name: Name;
    readonly input: Operations[Name]['input'];
  };
}[Some];

export type Answer =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly failure: string };

export interface WorkerData {
  readonly path: string;
}

/** 'close' is sent when nothing is waiting for an answer. */
export type ToWorker = readonly Request[] | 'close';

/** 'open' is sent once, first. */
export type FromWorker = readonly Answer[] | 'open';
