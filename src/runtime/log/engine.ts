import type { Kysely } from 'kysely';
import type { Cursor } from './cursor.ts';
import type { LogEvent } from './event.ts';
import type { RegisteredWrite } from './writes/registered-write.ts';
import type { WriteOutcome } from './writes/write-definition.ts';

/**
 * A database with the log and the application's tables. Every implementation guarantees:
 *
 * - A resolved write is on disk: it survives kill -9 of this process and of the database, and a power failure.
 * - A write is atomic: its rows and its event are stored together or not at all.
 * - `seq` has no gaps and is in commit order: a reader that has seen n has seen, or can read, 1 to n.
 * - A read that starts after a write has resolved sees that write.
 * - Reads never make a write wait for more than its share of the processor.
 *
 * Every method rejects with PostedError `unavailable` when the engine is overloaded, closed or unreachable (nothing
 * was done), and with `internal` for its own failures. Times are milliseconds since the Unix epoch.
 */
export interface LogEngine {
  /** Registers a write; the function runs it. Registering a name again with another definition throws. */
  register(write: RegisteredWrite): RunWrite;
  /**
   * Runs statements and appends in one transaction, which is rolled back if `work` rejects or takes longer than 5 s.
   * Other appends may have to wait for it: on SQLite from its beginning, on PostgreSQL from its first append.
   */
  transaction<Result>(work: (transaction: EngineTransaction) => Promise<Result>): Promise<Result>;
  /**
   * Appends in the caller's own transaction, whose last statement it must be: it locks the head of the log until the
   * commit. The database sets the seqs, which are final once the transaction has committed. Rejects on SQLite, whose
   * file no other connection writes.
   */
  appendIn(client: SqlClient, events: readonly EventDraft[]): Promise<readonly LogEvent[]>;

  /** Events above `afterSeq`, ascending and without gaps: at least one if there is one, and within the limits. */
  eventsAfter(afterSeq: number, limits: PageLimits): Promise<readonly LogEvent[]>;
  /** The state of the log and the marks of the events with these seqs, read in one statement. */
  state(seqs: readonly number[]): Promise<LogState>;
  /** The topics that the user has joined. */
  topicsOf(user: string): Promise<JoinedTopics>;
  /** Begins a new history, which invalidates all cursors, if `epoch` is still the current one. Resolves with the current epoch. */
  beginEpoch(epoch: string): Promise<string>;
  /** Raises the floor and deletes events that are older than this by the database's clock. Resolves with the floor. */
  prune(retentionMs: number): Promise<number>;

  /** The cursor that is stored for the device, or null. */
  findDeviceCursor(user: string, device: string): Promise<Cursor | null>;
  /** Null if no client has claimed the device. */
  findDeviceHolder(user: string, device: string): Promise<DeviceHolder | null>;
  /**
   * A cursor only moves forward: an older seq than the stored one of the same epoch is ignored. So is a cursor with a
   * fence that the device does not have any more.
   */
  saveDeviceCursors(cursors: readonly DeviceCursor[]): Promise<void>;
  /**
   * Gives the device a new fence, higher than those of all claims that have resolved, and resolves with it and the stored
   * cursor. A device without a cursor gets that of the claim or, without one, that of the newest event. Null, and nothing
   * is done, if a later attempt of the same instance has claimed it before.
   */
  claimDevice(claim: DeviceClaim): Promise<ClaimedDevice | null>;
  /** The devices with a fence above `fence`, ascending and without gaps: at most `limit`. */
  devicesClaimedAfter(fence: number, limit: number): Promise<readonly FencedDevice[]>;

  /**
   * Removes devices of a user beyond `max`: first those that could not be resumed any more, then those that were claimed
   * longest ago. Devices that were never claimed come before those, the furthest behind first.
   */
  trimDevices(user: string, max: number): Promise<void>;
  /** Removes idempotency keys of a user beyond `max`, the oldest first. */
  trimKeys(user: string, max: number): Promise<void>;
  /** Removes idempotency keys of a user whose events were pruned, and those beyond `max`, the oldest first. */
  trimPublisherKeys(user: string, max: number): Promise<void>;

  /**
   * The tables, for reading: on connections of their own, with a deadline. Pass the signal of a request to `execute`, so
   * that a read whose client has left is not run.
   */
  reads<Tables>(kind?: ReadKind): Kysely<Tables>;
  /** Resolves if the engine can write now. */
  ping(): Promise<void>;
  /** Completes pending operations, then releases files, connections and threads. New calls reject. */
  close(): Promise<void>;
}

/** `key` is an idempotency key of the write's user. The event is there if the row has one. */
export type RunWrite = (
  row: Readonly<Record<string, unknown>>,
  key: string | undefined,
) => Promise<WriteOutcome & { readonly event: LogEvent | null }>;

export interface EngineTransaction {
  /** Runs SQL of the engine's dialect, with positional parameters (`?` on SQLite, `$1` on PostgreSQL). */
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Appends events. Their seqs are final once the transaction has committed. */
  append(events: readonly EventDraft[]): Promise<readonly LogEvent[]>;
}

/** An event to append that no registered write makes. */
export interface EventDraft {
  readonly channel: string;
  readonly message: string;
  readonly topic: string;
  readonly also?: readonly string[];
  readonly entity?: string;
  readonly payload: unknown;
}

/**
 * Reads that take milliseconds are long: few run at a time, which leaves CPU to the writes and to the short ones. The
 * default is short.
 */
export type ReadKind = 'short' | 'long';

/** A connection of the caller's to the same database: a client of `pg`, for example. */
export interface SqlClient {
  query(sql: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface PageLimits {
  readonly maxEvents: number;
  /** Of the payloads, in bytes. */
  readonly maxBytes: number;
}

export interface LogState {
  /** A UUID that identifies this history of the log. */
  readonly epoch: string;
  /** Events up to this seq may have been deleted. */
  readonly floorSeq: number;
  /** The seq of the newest event; 0 if the log is empty. */
  readonly headSeq: number;
  /** The database's clock. */
  readonly nowMs: number;
  /** By seq, of those that were requested and are in the log. Those of the floor and of the head are always known. */
  readonly marks: ReadonlyMap<number, number>;
}

/** Two arrays of one length: a user may have thousands of topics, and an object for each would take as much memory again. */
export interface JoinedTopics {
  readonly topics: readonly string[];
  /** By topic, the seq of the event that began the membership: older events are not part of it. */
  readonly sinceSeqs: readonly number[];
}

export interface DeviceCursor extends Cursor, Device {
  /** That of the connection's claim; null for a connection that has claimed nothing. */
  readonly fence: number | null;
}

export interface Device {
  readonly user: string;
  /** The name that the client chose for itself. */
  readonly device: string;
}

/** A client's attempt to become the only connection of a device. */
export interface DeviceClaim extends Device {
  /** A random name of the client. */
  readonly instance: string;
  /** Counts the client's connections. */
  readonly attempt: number;
  /** Where a device without a stored cursor starts; null: after the newest event. */
  readonly cursor: Cursor | null;
  /** The fence of the claim that this one replaces: 0 for a device without a claim, null for any claim. */
  readonly replaces: number | null;
}

/** The newest claim to a device. */
export type DeviceHolder = Pick<DeviceClaim, 'instance' | 'attempt'> & { readonly fence: number };

export interface ClaimedDevice extends Cursor {
  readonly fence: number;
  /** Whether the device had no cursor before. */
  readonly isNew: boolean;
}

export interface FencedDevice extends Device {
  readonly fence: number;
}
