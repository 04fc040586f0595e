import { readFile, writeFile } from 'node:fs/promises';

/**
 * What happened in a run, as those outside the server saw it: which requests were answered with 200,
 * and what each client's application was given. Nothing in it comes from inside the server or from a
 * cursor, for those are what is put to the test. All times are milliseconds since the run began, by
 * one monotonic clock.
 */
export interface History {
  /** For how long the server was told to keep events. */
  readonly retentionMs: number;
  readonly posts: readonly IntendedPost[];
  /** All of them, in the order of `sentMs`: nobody was anybody's friend before the first. */
  readonly friendChanges: readonly FriendChange[];
  readonly epochBumps: readonly Operation[];
  readonly clients: readonly ClientHistory[];
}

/** Something that took effect at one moment, which nobody saw. */
export interface Operation {
  /** It took effect after this, when it was asked for the first time. */
  readonly sentMs: number;
  /** It took effect before this, when success was told. Null: never told, so that it took effect at any time, or never. */
  readonly answeredMs: number | null;
}

/** One intended post, through however many requests under its Idempotency-Key it took. */
export interface IntendedPost extends Operation {
  /** Its Idempotency-Key, and its text, by which it is known where it is seen: unique in the run. */
  readonly key: string;
  readonly author: string;
  /** What the 200 said; null where there was none. */
  readonly postId: string | null;
}

/** The changes of one pair follow one another: the next is asked for after the one before was answered, or given up. */
export interface FriendChange extends Operation {
  readonly kind: 'set' | 'deleted';
  readonly user: string;
  readonly friend: string;
}

/** One subscription, through however many connections and processes of its client. */
export interface ClientHistory {
  readonly name: string;
  readonly user: string;
  readonly audience: 'everyone' | 'friends';
  /**
   * When it began. Where `answeredMs` is null nothing may be expected, as of a client without a
   * cursor, which sees what happens to come.
   */
  readonly subscribed: Operation;
  /** When the client left for good; null if it stayed until everything had settled. */
  readonly leftMs: number | null;
  /** Its connections to the server: nothing was sent to it outside of these. */
  readonly links: readonly Link[];
  readonly lives: readonly Life[];
}

export interface Link {
  /** Before the server knew of it. */
  readonly fromMs: number;
  /** After its last byte; null while it lasts. */
  readonly toMs: number | null;
}

/** What the application saw in one process of the client, which remembers what it has seen. */
export interface Life {
  /**
   * The key of the last seen post that is certainly behind the cursor with which this life began;
   * null where that is not known.
   */
  readonly resumedAfter: string | null;
  /** In order. */
  readonly seen: readonly SeenPost[];
  /** In order. */
  readonly resets: readonly SeenReset[];
}

export interface SeenPost {
  readonly atMs: number;
  readonly postId: string;
  readonly author: string;
  readonly text: string;
}

/** The application was told that posts may be missing between the last that it has seen and this moment. */
export interface SeenReset {
  readonly atMs: number;
  readonly reason: 'expired' | 'epoch' | 'future';
}

/** Whether `first` certainly took effect before `second`. */
export function isBefore(first: Operation, second: Operation): boolean {
  return latestMs(first) < second.sentMs;
}

/** When an operation took effect at the latest. */
export function latestMs({ answeredMs }: Operation): number {
  return answeredMs ?? Number.POSITIVE_INFINITY;
}

export async function saveHistory(path: string, history: History): Promise<void> {
  await writeFile(path, JSON.stringify(history));
}

/** Reads what `saveHistory` wrote. */
export async function loadHistory(path: string): Promise<History> {
  return JSON.parse(await readFile(path, 'utf8'));
}
