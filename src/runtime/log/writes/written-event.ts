import type { EventDraft } from '../engine.ts';
import type { LogEvent } from '../event.ts';
import { isMembership, type RegisteredWrite } from './registered-write.ts';
import type { MessageDefinition } from './write-definition.ts';

/** The parts of an event that its database or its appender has chosen. */
export interface AppendedParts {
  readonly seq: number;
  readonly mark: number;
  readonly createdAtMs: number;
  readonly payload: string | null;
}

/** Shared, because most events have no others, and the newest events are kept in memory. */
const noUsers: readonly string[] = [];

/** The event that a write has made of a row, as a read of the log would return it. */
export function writtenEvent(
  { name, event }: RegisteredWrite,
  row: Readonly<Record<string, unknown>>,
  { seq, mark, createdAtMs, payload }: AppendedParts,
): LogEvent {
  if (event === null) throw new Error(`the write ${name} has no event`);
  const topic = String(row[event.topic]);
  if (isMembership(event)) {
    return { seq, mark, createdAtMs, kind: event.kind, topic, user: String(row[event.user]) };
  }
  const { kind = 'message' } = event;
  if (kind === 'revoke') return { seq, mark, createdAtMs, kind, topic, payload: payload ?? '{}' };
  return {
    seq,
    mark,
    createdAtMs,
    kind,
    channel: channelOf(event, row),
    message: event.message ?? null,
    topic,
    also: event.also === undefined ? noUsers : ((row[event.also] ?? noUsers) as readonly string[]),
    entity: event.entity === undefined ? null : ((row[event.entity] ?? null) as string | null),
    payload,
    revises: event.revises ?? null,
  };
}

function channelOf(
  { channel, address }: MessageDefinition,
  row: Readonly<Record<string, unknown>>,
): string | null {
  if (channel === undefined) return null;
  return address === undefined ? channel : `${channel} ${String(row[address])}`;
}

/** The event of a draft, as a read of the log would return it. */
export function draftedEvent(
  { channel, message, topic, also = [], entity }: EventDraft,
  parts: AppendedParts,
): LogEvent {
  return { ...parts, kind: 'message', channel, message, topic, also, entity: entity ?? null, revises: null };
}
