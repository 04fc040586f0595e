import type { Kysely } from 'kysely';
import type { EngineTransaction, EventDraft, JoinedTopic, SqlClient } from './engine.ts';
import type { LogEvent } from './event.ts';
import type { Columns, Write, WriteDefinition } from './writes/write-definition.ts';

/**
 * A durable log, with the application's tables beside it: what a resolved call has written is on disk, has its place
 * in the one order of the log, and reaches every node. All methods reject with PostedError.
 */
export interface EventLog {
  /**
   * Registers a write.
   *
   * @throws Error that says what is wrong with the definition
   */
  write<const Row extends Columns>(definition: WriteDefinition<Row>): Write<Row>;
  /**
   * Appends events: all or none. With `transaction`, in the caller's own transaction on PostgreSQL, whose last
   * statement it must be: it locks the head of the log until the commit. Any client of the database will do.
   */
  append(
    events: readonly EventDraft[],
    options?: { readonly transaction?: SqlClient },
  ): Promise<readonly LogEvent[]>;
  /** Runs `work` in a transaction of the log's own, which is rolled back if it rejects or takes longer than 5 s. */
  transaction<Result>(work: (transaction: EngineTransaction) => Promise<Result>): Promise<Result>;
  /** Resolves with whether anything changed: false if the user has joined the topic already. */
  join(user: string, topic: string): Promise<boolean>;
  /** Resolves with whether anything changed: false if the user had not joined the topic. */
  leave(user: string, topic: string): Promise<boolean>;
  /** The topics that the user has joined. */
  topicsOf(user: string): Promise<readonly JoinedTopic[]>;
  /** The tables, for reading. Pass the signal of a request to `execute`: a read whose client has left is not run. */
  reads<Tables>(): Kysely<Tables>;
  /** Resolves if the log can be written now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
