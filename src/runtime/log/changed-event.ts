import { isMessage, type LogEvent, type MessageEvent } from './event.ts';

/** Whether the event changes earlier events of its entity. */
export function isChange(event: LogEvent): event is MessageEvent & { readonly entity: string } {
  return isMessage(event) && event.kind !== 'message' && event.entity !== null;
}

/** An event that is kept in memory, after a redaction or a revision was applied: the same object if it is not about it. */
export function changedEvent(event: LogEvent, change: MessageEvent): LogEvent {
  if (!isMessage(event) || event.entity !== change.entity || event.seq >= change.seq) return event;
  // What was redacted stays redacted.
  if (event.payload === null) return event;
  if (change.kind === 'redact') return { ...event, payload: null };
  const isRevised = event.channel === change.channel && event.message === change.revises;
  return isRevised ? { ...event, payload: change.payload } : event;
}
