import type { DraftColumns } from '../writes/draft-columns.ts';
import type { RegisteredWrite } from '../writes/registered-write.ts';
import type { WriteOutcome } from '../writes/write-definition.ts';
import type { StatementResult } from './prepared-statements.ts';

/** The operations of the thread that writes. All inputs and outputs can be sent as JSON, to other processes. */
export interface Operations {
  /** By its name. A write that was registered before must be the same. */
  register: { readonly input: RegisteredWrite; readonly output: null };
  write: { readonly input: WriteInput; readonly output: WriteOutput };
  statement: { readonly input: Statement; readonly output: StatementResult };
  /** Begins a transaction, once others have ended, and resolves with its id. Until it ends, other requests wait. */
  begin: { readonly input: null; readonly output: number };
  commit: { readonly input: TransactionId; readonly output: null };
  /** Does nothing if the transaction has ended already. */
  rollback: { readonly input: TransactionId; readonly output: null };
  queryIn: {
    readonly input: TransactionId & Omit<Statement, 'mode'>;
    readonly output: StatementResult['rows'];
  };
  appendIn: {
    readonly input: TransactionId & { readonly events: readonly DraftColumns[] };
    readonly output: AppendOutput;
  };
}

export type OperationName = keyof Operations;

/** A tuple, because the names of properties are copied with each message, and cost more than the values. */
export type WriteInput = readonly [
  write: string,
  mark: number,
  /** Null for an event without a payload, and for a payload that uses what the statements return. */
  payload: string | null,
  key: string | null,
  /** The hash of what the key is used for; null without a key. */
  keyHash: string | null,
  /** Of the columns of the write, in their order, as SQLite stores them. */
  ...values: SqliteValue[],
];

/** A tuple, like `WriteInput`. */
export type WriteOutput = readonly [
  createdAtMs: number,
  seq: number | null,
  isWritten: boolean,
  /** Null if nothing was returned. */
  returned: Returned | null,
  /** Null unless it uses what the statements return. */
  payload: string | null,
  /** What the first use of the key has written; null if this is it. */
  first: FirstUse | null,
];

export type Returned = WriteOutcome['returned'];

export type FirstUse = NonNullable<WriteOutcome['first']>;

export interface AppendOutput {
  /** The others follow. */
  readonly firstSeq: number;
  readonly createdAtMs: number;
}

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /**
   * `grouped`: a write, in the transaction of its batch. `alone`: after that transaction, by itself; for reads, and for
   * migrations, which run their own transactions while nothing else is pending.
   */
  readonly mode: 'grouped' | 'alone';
}

export interface TransactionId {
  readonly transaction: number;
}

export type SqliteValue = string | number | null;

export type Request<Some extends OperationName = OperationName> = {
  [Name in Some]: {
    readonly id: number;
    readonly name: Name;
    readonly input: Operations[Name]['input'];
  };
}[Some];

export type Response =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly failure: Failure };

export interface Failure {
  /** Of a PostedError; undefined for an internal error, whose message must not reach a client. */
  readonly code?: 'unavailable' | 'outcome_unknown' | 'idempotency_key_reused';
  readonly message: string;
  readonly retryAfterMs?: number;
}

export interface WriterData {
  readonly path: string;
  readonly transactionTimeoutMs: number;
}

/**
 * 'migrated' is sent once, before anything that must not be lost is written. 'close' is sent when no request is pending.
 */
export type ToWriter = readonly Request[] | 'migrated' | 'close';

/** 'open' is sent once, as the first message. */
export type FromWriter = readonly Response[] | 'open' | 'migrated' | DiskState;

/** Sent when it changes. */
export type DiskState = 'full' | 'writable';
