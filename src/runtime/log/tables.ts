import type { Generated } from 'kysely';
import type { LogEvent } from './event.ts';

/**
 * The tables of the log, the same in every engine, beside those of the application. Text compares by code point. There
 * are no foreign keys: users may come from another issuer, and events outlive what they are about.
 */
export interface LogTables {
  posted_event: EventTable;
  posted_head: HeadTable;
  posted_meta: MetaTable;
  posted_membership: MembershipTable;
  posted_key: KeyTable;
  posted_device: DeviceTable;
  posted_node: NodeTable;
}

export interface EventTable {
  seq: number;
  mark: number;
  /** One of `LogEvent`, or one of a later version. */
  kind: string;
  channel: string | null;
  message: string | null;
  topic: string;
  /** JSON: an array of users; null for none. */
  also: string | null;
  /** For a membership: the user. */
  member: string | null;
  entity: string | null;
  payload: string | null;
  revises: string | null;
  /** The version of Posted that a reader needs to know the kind; null if a reader that does not may skip the event. */
  requires: string | null;
  created_at: number;
}

/** One row: the seq of the newest event. Whoever has locked it is the only one that appends. */
interface HeadTable {
  k: 1;
  seq: number;
}

/** One row. */
interface MetaTable {
  /** Identifies this history of the log; cursors of another history are not valid in it. */
  epoch: string;
  /** Events up to this seq may have been deleted. */
  floor_seq: number;
  /** The mark of the event at the floor. */
  floor_mark: number;
  /** Where this copy of the tables lives. Elsewhere it is a restored backup, whose log has a new history. */
  home: string | null;
}

/** `user_id` gets the events of `topic`. Applications may read it. */
interface MembershipTable {
  user_id: string;
  topic: string;
  /** The seq of the event that began the membership. */
  since_seq: number;
}

/** The idempotency keys used so far. A row outlives what it has written, so that a late retry writes nothing. */
interface KeyTable {
  user_id: string;
  key: string;
  /** Of the write and its values; null for keys of the first version. */
  hash: string | null;
  entity: string | null;
  seq: number | null;
}

/** The cursor that a device has acknowledged, or where it has started. */
interface DeviceTable {
  user_id: string;
  device: string;
  epoch: string;
  seq: number;
  mark: number;
  /** Of the newest claim of any device, the number is the highest; 0 if the device was never claimed. */
  fence: Generated<number>;
  /** The fence of the claim that has created the row; null if there was none. */
  first_fence: number | null;
  /** Whose claim it is, and with which of its attempts; null if the device was never claimed. */
  instance: string | null;
  attempt: number | null;
}

/** The nodes that share a log on PostgreSQL. */
interface NodeTable {
  id: string;
  /** Names the process for people: host and process id. */
  address: string;
  version: string;
  /** JSON: values by the name of the setting. */
  settings: string;
  /** JSON: an array of fingerprints of keys. */
  keys: string;
  /** When the node last renewed its row, by the database's clock, in milliseconds. */
  seen_at: number;
}

/** The version that introduced the kinds of this version: every reader that may meet them knows them. */
export const kindsRequire = '0.2.0';

/** A row of posted_event as an event. */
export function toEvent(row: EventTable): LogEvent {
  const { seq, mark, kind, topic, created_at: createdAtMs } = row;
  switch (kind) {
    case 'message':
    case 'redact':
    case 'revise': {
      const { channel, message, entity, payload, revises } = row;
      const also = row.also === null ? [] : (JSON.parse(row.also) as readonly string[]);
      return { seq, mark, createdAtMs, kind, channel, message, topic, also, entity, payload, revises };
    }
    case 'join':
    case 'leave':
      if (row.member === null) throw new Error(`event ${seq} has no member`);
      return { seq, mark, createdAtMs, kind, topic, user: row.member };
    case 'revoke':
      return { seq, mark, createdAtMs, kind, topic, payload: row.payload ?? '{}' };
    default:
      return { seq, mark, createdAtMs, kind: 'unknown', name: kind, requires: row.requires };
  }
}
