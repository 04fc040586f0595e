import { readFile, writeFile } from 'node:fs/promises';

/**
 * What happened in a run of an application with durable messages: its log, as the database had it at the end, which
 * writes were answered, and what the application of each reader received. Times are milliseconds since the start of
 * the run, on one monotonic clock.
 */
export interface DeliveryHistory {
  /** How long the servers keep messages; null if nobody was away for longer. */
  readonly retentionMs: number | null;
  /** By `seq`, complete from the beginning. */
  readonly events: readonly LoggedEvent[];
  readonly writes: readonly IntendedWrite[];
  /** By `sentMs`. Those of a user and a topic do not overlap, and nobody is in a topic before the first. */
  readonly memberships: readonly MembershipChange[];
  readonly epochBumps: readonly Operation[];
  readonly readers: readonly ReaderHistory[];
}

export type LoggedEvent = LoggedMessage | LoggedMembership | LoggedRedaction;

export interface LoggedMessage {
  readonly kind: 'message';
  readonly seq: number;
  /** With the path of the room, if the channel has rooms. */
  readonly channel: string;
  readonly message: string;
  readonly topic: string;
  readonly also: readonly string[];
  /** What the application identifies it by, unique in the run. */
  readonly id: string;
  /** All of its fields when it was appended, as text. */
  readonly content: string;
  /** What it is about. */
  readonly entity: string | null;
  /** Whether it removes the earlier messages of its entity. */
  readonly redacts: boolean;
  /** The name of the earlier message of its entity whose content it replaces with its own; null if none. */
  readonly revises: string | null;
}

/** Removes the earlier messages of an entity, and is sent to nobody. */
export interface LoggedRedaction {
  readonly kind: 'redact';
  readonly seq: number;
  readonly entity: string;
}

export interface LoggedMembership {
  readonly kind: 'join' | 'leave';
  readonly seq: number;
  readonly user: string;
  readonly topic: string;
}

/** An operation that took effect at one unknown moment. */
export interface Operation {
  /** The time of the first request: it took effect after this. */
  readonly sentMs: number;
  /** The time of the response: it took effect before this. Null: without a response, it took effect at any time, or never. */
  readonly answeredMs: number | null;
}

/** One intended message, regardless of how many requests it took. */
export interface IntendedWrite extends Operation {
  readonly id: string;
  /** The entity of its message, if the answer named it. */
  readonly entity: string | null;
}

export interface MembershipChange extends Operation {
  readonly kind: 'join' | 'leave';
  readonly user: string;
  readonly topic: string;
}

/** One subscription, regardless of how many connections and processes its client took. */
export interface ReaderHistory {
  readonly name: string;
  readonly user: string;
  readonly channel: string;
  /** The names of the messages that it has asked for. */
  readonly messages: readonly string[];
  readonly audience: 'everyone' | 'topic';
  /** A plain connection may miss messages. */
  readonly isResumable: boolean;
  /** Before its first request. */
  readonly beganMs: number;
  /** The ids of the messages that a snapshot contained, after which it subscribed; null without a snapshot. */
  readonly snapshot: readonly string[] | null;
  /** Whether it left before the end. */
  readonly hasLeft: boolean;
  /** Its connections: nothing was sent to it outside of them. */
  readonly links: readonly Link[];
  readonly lives: readonly ReaderLife[];
}

export interface Link {
  /** Before the server accepted it. */
  readonly fromMs: number;
  /** After its last byte; null while it is open. */
  readonly toMs: number | null;
}

/** What the application received in one process of the client. */
export interface ReaderLife {
  /** The id of a message that the cursor had certainly passed when this life began; null if unknown. */
  readonly resumedAfter: string | null;
  /** In order. */
  readonly received: readonly ReceivedMessage[];
  /** In order. */
  readonly resets: readonly ReceivedReset[];
}

export interface ReceivedMessage {
  readonly atMs: number;
  readonly id: string;
  readonly content: string;
}

/** A reset told the application that messages may be missing since the last one that it received. */
export interface ReceivedReset {
  readonly atMs: number;
  readonly reason: 'expired' | 'epoch' | 'future';
}

export async function saveDeliveryHistory(path: string, history: DeliveryHistory): Promise<void> {
  await writeFile(path, JSON.stringify(history));
}

/** Reads a file written by `saveDeliveryHistory`. */
export async function loadDeliveryHistory(path: string): Promise<DeliveryHistory> {
  return JSON.parse(await readFile(path, 'utf8'));
}
