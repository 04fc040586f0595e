import { readFile, writeFile } from 'node:fs/promises';

/**
 * What happened in a run, as seen from outside the servers: which requests were answered with 200, and
 * what each client's application received. Nothing in it comes from inside a server or from a cursor,
 * since those are under test. Times are milliseconds since the start of the run, on one monotonic clock.
 */
export interface History {
  /** The retention of the servers. */
  readonly retentionMs: number;
  readonly posts: readonly IntendedPost[];
  /** All changes, by `sentMs`. There are no friendships before the first. */
  readonly friendChanges: readonly FriendChange[];
  readonly epochBumps: readonly Operation[];
  readonly clients: readonly ClientHistory[];
}

/** An operation that took effect at one unknown moment. */
export interface Operation {
  /** The time of the first request: it took effect after this. */
  readonly sentMs: number;
  /** The time of the response: it took effect before this. Null: without a response, it took effect at any time, or never. */
  readonly answeredMs: number | null;
}

/** One intended post, regardless of how many requests with its Idempotency-Key it took. */
export interface IntendedPost extends Operation {
  /** Its Idempotency-Key and its text, unique in the run, which identifies the post where it is seen. */
  readonly key: string;
  readonly author: string;
  /** The id in the response; null without one. */
  readonly postId: string | null;
}

/** The changes of a pair do not overlap: each is requested after the previous one was answered or given up. */
export interface FriendChange extends Operation {
  readonly kind: 'set' | 'deleted';
  readonly user: string;
  readonly friend: string;
}

/** One subscription, regardless of how many connections and processes its client took. */
export interface ClientHistory {
  readonly name: string;
  readonly user: string;
  readonly audience: 'everyone' | 'friends';
  /**
   * When it began. If `answeredMs` is null, no post is expected: the client has no cursor and sees what
   * happens to arrive.
   */
  readonly subscribed: Operation;
  /** When the client left for good; null if it stayed until the end. */
  readonly leftMs: number | null;
  /** Its connections: nothing was sent to it outside of them. */
  readonly links: readonly Link[];
  readonly lives: readonly Life[];
}

export interface Link {
  /** Before the server accepted it. */
  readonly fromMs: number;
  /** After its last byte; null while it is open. */
  readonly toMs: number | null;
}

/** What the application saw in one process of the client. */
export interface Life {
  /**
   * The key of the last seen post that the cursor had certainly passed when this life began; null if
   * unknown.
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

/** A reset told the application that posts may be missing since the last one that it saw. */
export interface SeenReset {
  readonly atMs: number;
  readonly reason: 'expired' | 'epoch' | 'future';
}

/** Whether `first` certainly took effect before `second`. */
export function isBefore(first: Operation, second: Operation): boolean {
  return latestMs(first) < second.sentMs;
}

/** The latest time at which an operation took effect. */
export function latestMs({ answeredMs }: Operation): number {
  return answeredMs ?? Number.POSITIVE_INFINITY;
}

export async function saveHistory(path: string, history: History): Promise<void> {
  await writeFile(path, JSON.stringify(history));
}

/** Reads a file written by `saveHistory`. */
export async function loadHistory(path: string): Promise<History> {
  return JSON.parse(await readFile(path, 'utf8'));
}
