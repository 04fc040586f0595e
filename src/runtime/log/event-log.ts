import type { Kysely } from 'kysely';
import type { SentRevocation } from '../shared/revocation.ts';
import type { EngineTransaction, EventDraft, JoinedTopics, ReadKind, SqlClient } from './engine.ts';
import type { LogEvent } from './event.ts';
import type { Columns, Write, WriteDefinition } from './writes/write-definition.ts';

/**
 * A durable log, with the application's tables beside it: what a resolved call has written is on disk, has its position
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
  /**
   * Appends an event unless its idempotency key was used before. Resolves with the seq of the event that exists then.
   *
   * @throws PostedError `idempotency_key_reused` if the key was used for another event
   */
  appendOnce(event: EventDraft, key: IdempotencyKey): Promise<number>;
  /**
   * Removes the payloads of all events of the entity so far, and appends the event that announces it.
   *
   * @returns the seq of the announcement
   */
  redact(entity: string, announcement: RedactionDraft): Promise<number>;
  /**
   * Gives the entity's event of the message `revises` a new payload, and appends the event that announces it, with the
   * same payload.
   *
   * @returns the seq of the announcement
   */
  revise(entity: string, announcement: RevisionDraft): Promise<number>;
  /** Runs `work` in a transaction of the log's own, which is rolled back if it rejects or takes longer than 5 s. */
  transaction<Result>(work: (transaction: EngineTransaction) => Promise<Result>): Promise<Result>;
  /** Resolves with whether anything changed: false if the user has joined the topic already. */
  join(user: string, topic: string): Promise<boolean>;
  /** Resolves with whether anything changed: false if the user had not joined the topic. */
  leave(user: string, topic: string): Promise<boolean>;
  /** Appends a revocation, which ends credentials on all nodes. Resolves with its seq. */
  revoke(revocation: SentRevocation): Promise<number>;
  /** The topics that the user has joined. */
  topicsOf(user: string): Promise<JoinedTopics>;
  /** The tables, for reading. Pass the signal of a request to `execute`: a read whose client has left is not run. */
  reads<Tables>(kind?: ReadKind): Kysely<Tables>;
  /** Resolves if the log can be written now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Keys of different users are different keys. */
export interface IdempotencyKey {
  readonly user: string;
  readonly key: string;
}

/** How a redaction is announced; without a channel and message, the event is sent to nobody. */
export type RedactionDraft = Announcement &
  (
    | { readonly channel: string; readonly message: string; readonly payload: unknown }
    | { readonly channel?: never; readonly message?: never; readonly payload?: never }
  );

export interface RevisionDraft extends Announcement {
  /** Of the revised message, and of the one that announces it. */
  readonly channel: string;
  /** Without it, the event is sent to nobody. */
  readonly message?: string;
  /** The message whose event, with the same channel and entity, gets the payload. */
  readonly revises: string;
  readonly payload: unknown;
}

interface Announcement {
  readonly topic: string;
  readonly also?: readonly string[];
}
