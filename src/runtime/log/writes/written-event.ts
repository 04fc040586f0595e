import type { EventDraft } from '../engine.ts';
import type { LogEvent } from '../event.ts';
import { isMembership, type RegisteredWrite } from './registered-write.ts';

/** The parts of an event that its database or its appender has chosen. */
export interface AppendedParts {
  readonly seq: number;
  readonly mark: number;
  readonly createdAtMs: number;
  readonly payload: string | null;
}

/** The event that a write has made of a row, as a read of the log would return it. */
export function writtenEvent(
  { name, event }: RegisteredWrite,
  row: Readonly<Record<string, unknown>>,
  { payload, ...parts }: AppendedParts,
): LogEvent {
  if (event === null) throw new Error(`the write ${name} has no event`);
  const topic = String(row[event.topic]);
  if (isMembership(event)) return { ...parts, kind: event.kind, topic, user: String(row[event.user]) };
  const { kind = 'message', channel = null, message = null, also, entity, revises = null } = event;
  return {
    ...parts,
    kind,
    channel,
    message,
    topic,
    also: also === undefined ? [] : ((row[also] ?? []) as readonly string[]),
    entity: entity === undefined ? null : ((row[entity] ?? null) as string | null),
    payload,
    revises,
  };
}

/** The event of a draft, as a read of the log would return it. */
export function draftedEvent(
  { channel, message, topic, also = [], entity }: EventDraft,
  parts: AppendedParts,
): LogEvent {
  return { ...parts, kind: 'message', channel, message, topic, also, entity: entity ?? null, revises: null };
}
